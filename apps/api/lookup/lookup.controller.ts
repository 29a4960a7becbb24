import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { queryParameters } from '../http/parameter-pipe.js';
import { IsIdText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { PositionQuery } from '../position/position-query.js';
import { LookUpId, LookupResource } from './look-up-id.js';

export class LookupQuery extends PositionQuery {
  @IsIdText(200)
  @ApiProperty({
    minLength: 1,
    maxLength: 200,
    description:
      'An order id, the id of a payment, withdrawal, refund, subscription, customer or settlement, a ' +
      "client reference, an event id (ours or the provider's), the provider's reference, slug, batch " +
      'or trace id, a request id, the id of an observation, the name of a settlement report, or a ' +
      'subject key as entries of the ledger have it.',
  })
  readonly q!: string;
}

@ApiTags('lookup')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/lookup')
export class LookupController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'lookUp', summary: 'What any id is, and where its trail begins' })
  @ApiOkResponse({ type: LookupResource })
  @ApiProblems(400, 401, 403, 503)
  async find(@Query(queryParameters) { q, minPosition }: LookupQuery): Promise<LookupResource> {
    return answered(
      await this.#queries.execute(new LookUpId(q, { minPosition: minPosition ?? null })),
    );
  }
}
