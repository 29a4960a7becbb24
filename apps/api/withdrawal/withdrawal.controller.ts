import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { WITHDRAWAL_STATUSES } from '#ledger/payment/payment-kind.js';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsOneOf, IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ClientReferencePageQuery } from '../page/account-page-query.js';
import { pageRequestOf } from '../page/page-query.js';
import { PositionQuery, positionWaitOf } from '../position/position-query.js';
import { GetWithdrawal } from './get-withdrawal.js';
import { ListWithdrawals, WithdrawalListResource } from './list-withdrawals.js';
import { WithdrawalResource } from './withdrawal-resource.js';

export class WithdrawalPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly withdrawalId!: string;
}

export class WithdrawalListQuery extends ClientReferencePageQuery {
  @IsOptional()
  @IsOneOf(WITHDRAWAL_STATUSES)
  @ApiPropertyOptional({ enum: WITHDRAWAL_STATUSES })
  readonly status?: string;
}

@ApiTags('withdrawals')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/withdrawals')
export class WithdrawalController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @ApiOperation({ operationId: 'listWithdrawals', summary: 'Withdrawals, by withdrawal id' })
  @ApiOkResponse({ type: WithdrawalListResource })
  @ApiProblems(400, 401, 403, 503)
  async list(@Query(queryParameters) query: WithdrawalListQuery): Promise<WithdrawalListResource> {
    const { account = null, reference = null, clientReference = null, status = null } = query;
    const filter = { account, reference, clientReference, status };
    const list = new ListWithdrawals(filter, pageRequestOf(query), positionWaitOf(query));
    return answered(await this.#queries.execute(list));
  }

  @Get(':withdrawalId')
  @ApiOperation({ operationId: 'getWithdrawal', summary: 'A withdrawal' })
  @ApiOkResponse({ type: WithdrawalResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async get(
    @Param(pathParameters) { withdrawalId }: WithdrawalPath,
    @Query(queryParameters) position: PositionQuery,
  ): Promise<WithdrawalResource> {
    const query = new GetWithdrawal(withdrawalId.toLowerCase(), positionWaitOf(position));
    return answered(await this.#queries.execute(query));
  }
}
