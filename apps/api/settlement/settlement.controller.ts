import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { AccountPageQuery } from '../page/account-page-query.js';
import { parsePageSize } from '../page/list-page.js';
import { PositionQuery } from '../position/position-query.js';
import { GetSettlement, SettlementWithPaymentsResource } from './get-settlement.js';
import { ListSettlements, SettlementListResource } from './list-settlements.js';

export class SettlementPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly settlementId!: string;
}

@ApiTags('settlements')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/settlements')
export class SettlementController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listSettlements', summary: 'Settlement batches, by settlement id' })
  @ApiOkResponse({ type: SettlementListResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async list(@Query(queryParameters) query: AccountPageQuery): Promise<SettlementListResource> {
    const { account = null } = query;
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListSettlements({ account }, page, wait)));
  }

  @Get(':settlementId')
  @ApiOperation({ operationId: 'getSettlement', summary: 'A settlement batch with its payments' })
  @ApiOkResponse({ type: SettlementWithPaymentsResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { settlementId }: SettlementPath,
    @Query(queryParameters) { minPosition }: PositionQuery,
  ): Promise<SettlementWithPaymentsResource> {
    const query = new GetSettlement(settlementId.toLowerCase(), {
      minPosition: minPosition ?? null,
    });
    return answered(await this.#queries.execute(query));
  }
}
