import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import { LedgerOpenReader, type SuspenseRow } from '#read-models/queries/ledger-open-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { MoneyResource } from '../order/money-resource.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { KnownAccounts } from '../settlement/known-accounts.js';
import { openKey, parseOpenKey, referenceOf } from './open-key.js';
import { providerAccountOf } from './provider-account.js';

export class ListSuspense extends Query<SuspenseListResource | Refusal> {
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

/** Money that is booked, and that nobody has explained yet. */
export class SuspenseResource {
  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ type: String, nullable: true, example: 'unexplained-cost' })
  readonly reason!: string | null;

  @ApiProperty({ type: () => MoneyResource, description: 'A debit is above zero.' })
  readonly amount!: MoneyResource;

  @ApiProperty({ format: 'uuid', description: 'The payment, withdrawal or refund.' })
  readonly paymentId!: string;

  @ApiProperty({ example: 'cost', description: 'Of which line of it.' })
  readonly line!: string;

  @ApiProperty({ type: String, nullable: true, description: "The provider's own id." })
  readonly reference!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly orderId!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When its first entry there counts.' })
  readonly since!: string;

  @ApiProperty({ type: 'integer', description: "Seconds since then, by the database's clock." })
  readonly ageSeconds!: number;
}

export class SuspenseListResource extends ListResource {
  @ApiProperty({ type: () => [SuspenseResource], description: 'Oldest first.' })
  readonly items!: readonly SuspenseResource[];
}

@QueryHandler(ListSuspense)
export class ListSuspenseHandler implements IQueryHandler<ListSuspense> {
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

  async execute({ account, page, wait }: ListSuspense): Promise<SuspenseListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'ledger-suspense', filter: { account } } };
    const list = await listPage(this.#tokens, request, {
      read: ({ after, rowsMax }) =>
        this.#open.suspense(account, { after: parseOpenKey(after), rowsMax }),
      keyOf: ({ since, rootId, subjectId, currency, exponent, line }) =>
        openKey({ since, rootId }, [subjectId, currency, exponent, line]),
    });
    if (isRefusal(list)) return list;
    const unknown = list.items.length === 0 ? this.#accounts.refusalOf(account) : null;
    return unknown ?? { ...list, items: list.items.map(suspenseResource) };
  }
}

function suspenseResource(row: SuspenseRow): SuspenseResource {
  const { currency, exponent } = row;
  return {
    account: providerAccountOf(row.account),
    reason: row.reason,
    amount: moneyToJson({ minor: BigInt(row.minor), currency, exponent }),
    paymentId: row.subjectId,
    line: row.line,
    reference: referenceOf(row),
    orderId: row.orderId,
    since: row.since.toISOString(),
    ageSeconds: row.ageSeconds,
  };
}
