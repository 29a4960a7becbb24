import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import { LedgerOpenReader, type OpenPaymentRow } from '#read-models/queries/ledger-open-reader.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { MoneyResource } from '../order/money-resource.js';
import { listPage, type PageRequest } from '../page/list-page.js';
import { ListResource } from '../page/list-resource.js';
import { PageTokens } from '../page/page-tokens.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { KnownAccounts } from '../settlement/known-accounts.js';
import { openKey, parseOpenKey, referenceOf } from './open-key.js';
import { providerAccountOf } from './provider-account.js';

export type OpenPaymentFilter = { readonly account: string; readonly currency: string | null };

export class ListOpenPayments extends Query<OpenPaymentListResource | Refusal> {
  readonly filter: OpenPaymentFilter;
  readonly page: PageRequest;
  readonly wait: PositionWait;

  constructor(filter: OpenPaymentFilter, page: PageRequest, wait: PositionWait) {
    super();
    this.filter = filter;
    this.page = page;
    this.wait = wait;
  }
}

/** What a payment, its refunds counted in, still has on its provider's clearing account. */
export class OpenPaymentResource {
  @ApiProperty({ format: 'uuid', description: 'Of a payment, or of a withdrawal.' })
  readonly paymentId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ type: String, nullable: true, description: "The provider's own id." })
  readonly reference!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly orderId!: string | null;

  @ApiProperty({
    type: () => MoneyResource,
    description: 'Below zero where more has left than came in.',
  })
  readonly outstanding!: MoneyResource;

  @ApiProperty({ format: 'date-time', description: 'When its first entry there counts.' })
  readonly since!: string;

  @ApiProperty({ type: 'integer', description: "Seconds since then, by the database's clock." })
  readonly ageSeconds!: number;
}

export class OpenPaymentListResource extends ListResource {
  @ApiProperty({ type: () => [OpenPaymentResource], description: 'Oldest first.' })
  readonly items!: readonly OpenPaymentResource[];
}

@QueryHandler(ListOpenPayments)
export class ListOpenPaymentsHandler implements IQueryHandler<ListOpenPayments> {
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

  async execute({
    filter,
    page,
    wait,
  }: ListOpenPayments): Promise<OpenPaymentListResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const request = { ...page, scope: { list: 'ledger-open-payments', filter } };
    const list = await listPage(this.#tokens, request, {
      read: ({ after, rowsMax }) =>
        this.#open.openPayments(filter, { after: parseOpenKey(after), rowsMax }),
      keyOf: ({ since, paymentId: rootId, currency, exponent }) =>
        openKey({ since, rootId }, [currency, exponent]),
    });
    if (isRefusal(list)) return list;
    const unknown = list.items.length === 0 ? this.#accounts.refusalOf(filter.account) : null;
    return unknown ?? { ...list, items: list.items.map(openPaymentResource) };
  }
}

function openPaymentResource(row: OpenPaymentRow): OpenPaymentResource {
  const { currency, exponent } = row;
  return {
    paymentId: row.paymentId,
    account: providerAccountOf(row.account),
    reference: referenceOf(row),
    orderId: row.orderId,
    outstanding: moneyToJson({ minor: BigInt(row.minor), currency, exponent }),
    since: row.since.toISOString(),
    ageSeconds: row.ageSeconds,
  };
}
