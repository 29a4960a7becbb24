import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { SettlementReader, type SettlementFilter } from '#read-models/queries/settlement-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { KnownAccounts } from './known-accounts.js';
import { SettlementResource, settlementResource } from './settlement-resource.js';

/** Every batch of a page is summed when it is read, whatever the number of its payments. */
const PAGE_SIZE_MAX = 100;

export class ListSettlements extends Query<SettlementListResource | Refusal> {
  readonly filter: SettlementFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: SettlementFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class SettlementListResource extends ListResource {
  @ApiProperty({
    type: () => [SettlementResource],
    description: `By settlement id; ${PAGE_SIZE_MAX} a page at most.`,
  })
  readonly items!: readonly SettlementResource[];
}

@QueryHandler(ListSettlements)
export class ListSettlementsHandler implements IQueryHandler<ListSettlements> {
  readonly #settlements: SettlementReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;
  readonly #accounts: KnownAccounts;

  constructor(
    settlements: SettlementReader,
    tokens: PageTokens,
    gate: PositionGate,
    accounts: KnownAccounts,
  ) {
    this.#settlements = settlements;
    this.#tokens = tokens;
    this.#gate = gate;
    this.#accounts = accounts;
  }

  async execute({
    filter,
    page,
    wait,
  }: ListSettlements): Promise<SettlementListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const pageSize = Math.min(page.pageSize, PAGE_SIZE_MAX);
    const request = { ...page, pageSize, scope: { list: 'settlements', filter } };
    const list = await listPage(this.#tokens, request, {
      read: (range) => this.#settlements.list(filter, range),
      keyOf: (row) => row.settlementId,
    });
    if (isRefusal(list)) return list;
    const unknown = list.items.length === 0 ? this.#accounts.refusalOf(filter.account) : null;
    return unknown ?? { ...list, items: list.items.map(settlementResource) };
  }
}
