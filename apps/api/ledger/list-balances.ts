import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import { ACCOUNT_CLASSES, accountClassOf, normalSideOf } from '#ledger/posting/account-class.js';
import { LAYERS } from '#ledger/posting/posting.js';
import {
  LedgerBalanceReader,
  type BalanceKey,
  type BalanceRow,
  type BookTimes,
} from '#read-models/queries/ledger-balance-reader.js';
import type { LedgerScope } from '#read-models/queries/ledger-scope.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { MoneyResource } from '../order/money-resource.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class ListBalances extends Query<BalanceListResource | Refusal> {
  readonly filter: { readonly scope: LedgerScope; readonly times: BookTimes };
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(
    filter: { readonly scope: LedgerScope; readonly times: BookTimes },
    page: PageRequest,
    wait: PositionWait,
  ) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

export class BalanceResource {
  @ApiProperty({ example: 'assets:provider:cobru-test' })
  readonly account!: string;

  @ApiProperty({ enum: ACCOUNT_CLASSES })
  readonly class!: string;

  @ApiProperty({ enum: ['debit', 'credit'], description: 'The side that raises the account.' })
  readonly normalSide!: string;

  @ApiProperty({ enum: LAYERS })
  readonly layer!: string;

  @ApiProperty({ type: () => MoneyResource, description: 'The sum of its debits.' })
  readonly debits!: MoneyResource;

  @ApiProperty({ type: () => MoneyResource, description: 'The sum of its credits.' })
  readonly credits!: MoneyResource;

  @ApiProperty({
    type: () => MoneyResource,
    description: 'Debits less credits: below zero where credits prevail.',
  })
  readonly balance!: MoneyResource;

  @ApiProperty({ type: 'integer', description: 'How many entries make it up.' })
  readonly entryCount!: number;
}

export class BalanceListResource extends ListResource {
  @ApiProperty({
    type: () => [BalanceResource],
    description: 'By account, layer and currency; what has no entry in the times is left out.',
  })
  readonly items!: readonly BalanceResource[];
}

@QueryHandler(ListBalances)
export class ListBalancesHandler implements IQueryHandler<ListBalances> {
  readonly #balances: LedgerBalanceReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;

  constructor(balances: LedgerBalanceReader, tokens: PageTokens, gate: PositionGate) {
    this.#balances = balances;
    this.#tokens = tokens;
    this.#gate = gate;
  }

  async execute({ filter, page, wait }: ListBalances): Promise<BalanceListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const { scope, times } = filter;
    const request = { ...page, scope: { list: 'ledger-balances', filter: { ...scope, ...times } } };
    const list = await listPage(this.#tokens, request, {
      read: ({ after, rowsMax }) =>
        this.#balances.balances(scope, times, { after: parseKey(after), rowsMax }),
      keyOf: ({ account, layer, currency, exponent }) =>
        JSON.stringify({ account, layer, currency, exponent } satisfies BalanceKey),
    });
    return isRefusal(list) ? list : { ...list, items: list.items.map(balanceResource) };
  }
}

/** Of a token that we made ourselves. */
function parseKey(after: string | null): BalanceKey | null {
  return after === null ? null : (JSON.parse(after) as BalanceKey);
}

function balanceResource(row: BalanceRow): BalanceResource {
  const { account, layer, currency, exponent, entries } = row;
  const [debit, credit] = [BigInt(row.debitMinor), BigInt(row.creditMinor)];
  const money = (minor: bigint): MoneyResource => moneyToJson({ minor, currency, exponent });
  return {
    account,
    class: accountClassOf(account),
    normalSide: normalSideOf(account),
    layer,
    debits: money(debit),
    credits: money(credit),
    balance: money(debit - credit),
    entryCount: entries,
  };
}
