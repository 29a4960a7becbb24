import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import {
  AGE_DAYS,
  LedgerOpenReader,
  type ClearingRow,
} from '#read-models/queries/ledger-open-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { MoneyResource } from '../order/money-resource.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { KnownAccounts } from '../settlement/known-accounts.js';
import { providerAccountOf } from './provider-account.js';

export class ListClearing extends Query<ClearingListResource | Refusal> {
  readonly account: string | null;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(account: string | null, page: PageRequest, wait: PositionWait) {
    super();
    this.account = account;
    this.page = page;
    this.wait = wait;
  }
}

export class ClearingBucketResource {
  @ApiProperty({ type: 'integer', description: 'This many days old or older.' })
  readonly daysMin!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'And younger than this; null is without end.',
  })
  readonly daysBelow!: number | null;

  @ApiProperty({ type: 'integer', description: 'Payments of this age that are open.' })
  readonly paymentCount!: number;

  @ApiProperty({ type: () => MoneyResource })
  readonly outstanding!: MoneyResource;
}

/** A clearing account in one currency: what a provider holds for us, and for how long. */
export class ClearingResource {
  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'assets:provider:cobru-test' })
  readonly ledgerAccount!: string;

  @ApiProperty({ example: 'COP' })
  readonly currency!: string;

  @ApiProperty({ type: () => MoneyResource, description: 'What has come in.' })
  readonly received!: MoneyResource;

  @ApiProperty({
    type: () => MoneyResource,
    description:
      'What has left: paid out, given back, kept as cost. So fees count before anything is paid out; ' +
      'what was paid out is the balance of `assets:bank:{account}`.',
  })
  readonly cleared!: MoneyResource;

  @ApiProperty({ type: () => MoneyResource, description: 'Received less cleared.' })
  readonly outstanding!: MoneyResource;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description: 'Cleared of received, in percent, rounded down to hundredths; null for nothing.',
  })
  readonly clearedPercent!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when the oldest open payment is; null where none is.',
  })
  readonly oldestAt!: string | null;

  @ApiProperty({ type: () => [ClearingBucketResource], description: 'Youngest first.' })
  readonly buckets!: readonly ClearingBucketResource[];
}

export class ClearingListResource extends ListResource {
  @ApiProperty({ type: () => [ClearingResource], description: 'By account and currency.' })
  readonly items!: readonly ClearingResource[];
}

@QueryHandler(ListClearing)
export class ListClearingHandler implements IQueryHandler<ListClearing> {
  readonly #open: LedgerOpenReader;
  readonly #tokens: PageTokens;
  readonly #gate: PositionGate;
  readonly #accounts: KnownAccounts;

  constructor(
    open: LedgerOpenReader,
    tokens: PageTokens,
    gate: PositionGate,
    accounts: KnownAccounts,
  ) {
    this.#open = open;
    this.#tokens = tokens;
    this.#gate = gate;
    this.#accounts = accounts;
  }

  async execute({ account, page, wait }: ListClearing): Promise<ClearingListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'ledger-clearing', filter: { account } } };
    const list = await listPage(this.#tokens, request, {
      // As many as there are provider accounts: a page is cut from all of them.
      read: async ({ after, rowsMax }) => {
        const all = await this.#open.clearing(account);
        const start = after === null ? 0 : all.findIndex((row) => keyOf(row) === after) + 1;
        return all.slice(start, start + rowsMax);
      },
      keyOf,
    });
    if (isRefusal(list)) return list;
    const unknown = list.items.length === 0 ? this.#accounts.refusalOf(account) : null;
    return unknown ?? { ...list, items: list.items.map(clearingResource) };
  }
}

function keyOf({ account, currency, exponent }: ClearingRow): string {
  return `${account} ${currency} ${exponent}`;
}

function clearingResource(row: ClearingRow): ClearingResource {
  const { account, currency, exponent } = row;
  const [received, cleared] = [BigInt(row.debitMinor), BigInt(row.creditMinor)];
  const money = (minor: bigint): MoneyResource => moneyToJson({ minor, currency, exponent });
  return {
    account: providerAccountOf(account),
    ledgerAccount: account,
    currency,
    received: money(received),
    cleared: money(cleared),
    outstanding: money(received - cleared),
    clearedPercent: received === 0n ? null : Number((cleared * 10_000n) / received) / 100,
    oldestAt: row.oldestAt?.toISOString() ?? null,
    buckets: AGE_DAYS.map((daysMin, index) => {
      const found = row.buckets.find(({ bucket }) => bucket === index);
      return {
        daysMin,
        daysBelow: AGE_DAYS[index + 1] ?? null,
        paymentCount: found?.payments ?? 0,
        outstanding: money(BigInt(found?.minor ?? '0')),
      };
    }),
  };
}
