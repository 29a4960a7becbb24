import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { PositionQuery } from '../position/position-query.js';
import { GetRefund, RefundAtAccountResource } from './get-refund.js';

export class RefundPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly refundId!: string;
}

@ApiTags('refunds')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/refunds')
export class RefundController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get(':refundId')
  @ApiOperation({ operationId: 'getRefund', summary: 'A refund, of whichever payment' })
  @ApiOkResponse({ type: RefundAtAccountResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { refundId }: RefundPath,
    @Query(queryParameters) { minPosition }: PositionQuery,
  ): Promise<RefundAtAccountResource> {
    const query = new GetRefund(refundId.toLowerCase(), { minPosition: minPosition ?? null });
    return answered(await this.#queries.execute(query));
  }
}
