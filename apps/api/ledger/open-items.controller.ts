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
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsIdText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { ACCOUNT_LENGTH_MAX, AccountPageQuery } from '../page/account-page-query.js';
import { parsePageSize } from '../page/list-page.js';
import { PageQuery } from '../page/page-query.js';
import { ClearingListResource, ListClearing } from './list-clearing.js';
import { ListOpenPayments, OpenPaymentListResource } from './list-open-payments.js';
import { ListSuspense, SuspenseListResource } from './list-suspense.js';

export class ProviderAccountPath {
  @IsIdText(ACCOUNT_LENGTH_MAX)
  @ApiProperty({ maxLength: ACCOUNT_LENGTH_MAX, description: 'The provider account.' })
  readonly account!: string;
}

export class OpenPaymentsQuery extends PageQuery {
  @IsOptional()
  @IsIdText(4)
  @ApiPropertyOptional({ maxLength: 4, example: 'COP' })
  readonly currency?: string;
}

@ApiTags('ledger')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/ledger')
export class OpenItemsController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('clearing')
  @ApiOperation({
    operationId: 'listClearing',
    summary: 'What providers hold for us: how much has cleared, and how old the rest is',
  })
  @ApiOkResponse({ type: ClearingListResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async clearing(@Query(queryParameters) query: AccountPageQuery): Promise<ClearingListResource> {
    const { account = null, minPosition = null } = query;
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    return answered(await this.#queries.execute(new ListClearing(account, page, { minPosition })));
  }

  @Get('clearing/:account/payments')
  @ApiOperation({
    operationId: 'listOpenPayments',
    summary: 'Payments that are open on a clearing account, oldest first',
  })
  @ApiOkResponse({ type: OpenPaymentListResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async openPayments(
    @Param(pathParameters) { account }: ProviderAccountPath,
    @Query(queryParameters) query: OpenPaymentsQuery,
  ): Promise<OpenPaymentListResource> {
    const { currency = null, minPosition = null } = query;
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    const asked = new ListOpenPayments({ account, currency }, page, { minPosition });
    return answered(await this.#queries.execute(asked));
  }

  @Get('suspense')
  @ApiOperation({
    operationId: 'listSuspense',
    summary: 'What is booked and not explained yet, oldest first',
  })
  @ApiOkResponse({ type: SuspenseListResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async suspense(@Query(queryParameters) query: AccountPageQuery): Promise<SuspenseListResource> {
    const { account = null, minPosition = null } = query;
    const page = { pageSize: parsePageSize(query.pageSize), pageToken: query.pageToken };
    return answered(await this.#queries.execute(new ListSuspense(account, page, { minPosition })));
  }
}
