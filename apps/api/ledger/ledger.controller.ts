import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ReadScopeGuard } from '../access/read-scope.guard.js';
import { pathParameters, queryParameters } from '../http/parameter-pipe.js';
import { IsUuidText } from '../http/parameter-rules.js';
import { answered } from '../http/refusal.js';
import { ApiProblems } from '../openapi/problem-responses.js';
import { parsePageSize } from '../page/list-page.js';
import { PageQuery } from '../page/page-query.js';
import { PositionQuery } from '../position/position-query.js';
import { endOf, startOf } from './book-times.js';
import { EntryWithProvenanceResource, GetEntry } from './get-entry.js';
import { GetTrialBalance, TrialBalanceResource } from './get-trial-balance.js';
import { BalancesQuery, BookTimesQuery, EntriesQuery, scopeOf, timesOf } from './ledger-query.js';
import { LedgerAccountListResource, ListLedgerAccounts } from './list-accounts.js';
import { BalanceListResource, ListBalances } from './list-balances.js';
import { EntryListResource, ListEntries } from './list-entries.js';

export class EntryPath {
  @IsUuidText()
  @ApiProperty({ format: 'uuid' })
  readonly entryId!: string;
}

@ApiTags('ledger')
@ApiBearerAuth()
@UseGuards(ReadScopeGuard)
@Controller('v1/ledger')
export class LedgerController {
  readonly #queries: QueryBus;

  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('accounts')
  @ApiOperation({ operationId: 'listLedgerAccounts', summary: 'Accounts of the ledger, by name' })
  @ApiOkResponse({ type: LedgerAccountListResource })
  @ApiProblems(400, 401, 403, 503)
  async accounts(@Query(queryParameters) query: PageQuery): Promise<LedgerAccountListResource> {
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListLedgerAccounts(pageOf(query), wait)));
  }

  @Get('balances')
  @ApiOperation({
    operationId: 'listBalances',
    summary: 'Balances as at any time, as known at any time',
  })
  @ApiOkResponse({ type: BalanceListResource })
  @ApiProblems(400, 401, 403, 503)
  async balances(@Query(queryParameters) query: BalancesQuery): Promise<BalanceListResource> {
    const filter = { scope: scopeOf(query), times: timesOf(query) };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListBalances(filter, pageOf(query), wait)));
  }

  @Get('trial-balance')
  @ApiOperation({
    operationId: 'getTrialBalance',
    summary: 'Every account on its side: debits equal credits per currency',
  })
  @ApiOkResponse({ type: TrialBalanceResource })
  @ApiProblems(400, 401, 403, 503)
  async trialBalance(@Query(queryParameters) query: BookTimesQuery): Promise<TrialBalanceResource> {
    const { layer = 'posted', minPosition = null } = query;
    const asked = new GetTrialBalance(layer, timesOf(query), { minPosition });
    return answered(await this.#queries.execute(asked));
  }

  @Get('entries')
  @ApiOperation({ operationId: 'listEntries', summary: 'Entries, by when they count' })
  @ApiOkResponse({ type: EntryListResource })
  @ApiProblems(400, 401, 403, 503)
  async entries(@Query(queryParameters) query: EntriesQuery): Promise<EntryListResource> {
    const { eventId, from, to } = query;
    const filter = {
      ...scopeOf(query),
      eventId: eventId?.toLowerCase() ?? null,
      from: from === undefined ? null : startOf(from),
      before: to === undefined ? null : endOf(to),
    };
    const wait = { minPosition: query.minPosition ?? null };
    return answered(await this.#queries.execute(new ListEntries(filter, pageOf(query), wait)));
  }

  @Get('entries/:entryId')
  @ApiOperation({
    operationId: 'getEntry',
    summary: 'An entry, and the record of the log that caused it',
  })
  @ApiOkResponse({ type: EntryWithProvenanceResource })
  @ApiProblems(400, 401, 403, 404, 503)
  async entry(
    @Param(pathParameters) { entryId }: EntryPath,
    @Query(queryParameters) { minPosition }: PositionQuery,
  ): Promise<EntryWithProvenanceResource> {
    const query = new GetEntry(entryId.toLowerCase(), { minPosition: minPosition ?? null });
    return answered(await this.#queries.execute(query));
  }
}

function pageOf({ pageSize, pageToken }: PageQuery): {
  readonly pageSize: number;
  readonly pageToken: string | undefined;
} {
  return { pageSize: parsePageSize(pageSize), pageToken };
}
