import { MoreThan, type FindOptionsWhere } from 'typeorm';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { Database } from '../database.js';
import { OrderEntity } from '../entities/order.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import type { ReadModels } from './read-models.js';

export type OrderWithPayments = {
  readonly order: OrderEntity;
  /** The payments that belong to the order now, by id. */
  readonly payments: readonly PaymentEntity[];
};

/** A page of rows in the order of their key, from behind `after`. */
export type Page = { readonly after: string | null; readonly rowsMax: number };

export class OrderReader {
  readonly #database: Database;
  readonly #readModels: ReadModels;

  constructor(database: Database, readModels: ReadModels) {
    this.#database = database;
    this.#readModels = readModels;
  }

  /** One prepared statement, so that the order and its payments are of one snapshot. */
  async find(orderId: string): Promise<OrderWithPayments | null> {
    const { rows } = await this.#database.query<OrderPaymentRow>({
      name: 'cuadre.find-order',
      text: FIND_ORDER,
      values: [orderId],
    });
    const [first] = rows;
    if (first === undefined) return null;
    return { order: orderOf(first), payments: rows.filter(hasPayment).map(paymentOf) };
  }

  async list({ status }: { status: string | null }, page: Page): Promise<readonly OrderEntity[]> {
    const where: FindOptionsWhere<OrderEntity> = {
      ...(status === null ? {} : { status }),
      ...(page.after === null ? {} : { orderId: MoreThan(page.after) }),
    };
    return this.#readModels.repository(OrderEntity).find({
      where,
      order: { orderId: 'ASC' },
      take: page.rowsMax,
    });
  }
}

const FIND_ORDER = `
  select o.order_id, o.status, o.assurance, o.reported, o.amounts, o.flags, o.first_recorded_at,
    o.recorded_at, o.version,
    p.payment_id, p.account, p.provider, p.reference, p.subject, p.status as payment_status,
    p.reported as payment_reported, p.currency, p.exponent, p.amount_minor, p.expected_minor,
    p.difference_minor, p.net_minor, p.fee_minor, p.tax_minor, p.refunded_minor, p.method,
    p.failure_code, p.flags as payment_flags, p.occurred_at,
    p.kind, p.client_reference, p.parent_id, p.settlement_id, p.settlement_batch,
    p.settlement_status, p.payout_difference_minor, p.last_position,
    p.first_recorded_at as payment_first_recorded_at, p.recorded_at as payment_recorded_at,
    p.version as payment_version
  from cuadre.orders o left join cuadre.payments p on p.order_id = o.order_id
  where o.order_id = $1
  order by p.first_recorded_at, p.payment_id`;

type OrderRow = {
  readonly order_id: string;
  readonly status: string;
  readonly assurance: string;
  readonly reported: string | null;
  readonly amounts: string;
  readonly flags: readonly string[];
  readonly first_recorded_at: Date;
  readonly recorded_at: Date;
  readonly version: string;
};

type PaymentColumns = {
  readonly payment_id: string;
  readonly account: string;
  readonly provider: string;
  readonly reference: string;
  readonly subject: string;
  readonly payment_status: string | null;
  readonly payment_reported: string | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly amount_minor: string | null;
  readonly expected_minor: string | null;
  readonly difference_minor: string | null;
  readonly net_minor: string | null;
  readonly fee_minor: string | null;
  readonly tax_minor: string | null;
  readonly refunded_minor: string | null;
  readonly method: string | null;
  readonly failure_code: string | null;
  readonly kind: PaymentKind;
  readonly client_reference: string | null;
  readonly parent_id: string | null;
  readonly settlement_id: string | null;
  readonly settlement_batch: string | null;
  readonly settlement_status: string;
  readonly payout_difference_minor: string | null;
  readonly last_position: string;
  readonly payment_flags: readonly string[];
  readonly occurred_at: Date | null;
  readonly payment_first_recorded_at: Date;
  readonly payment_recorded_at: Date;
  readonly payment_version: string;
};

type OrderPaymentRow = OrderRow & (PaymentColumns | { readonly payment_id: null });

function hasPayment(row: OrderPaymentRow): row is OrderRow & PaymentColumns {
  return row.payment_id !== null;
}

function orderOf(row: OrderRow): OrderEntity {
  return {
    orderId: row.order_id,
    status: row.status,
    assurance: row.assurance,
    reported: row.reported,
    amounts: row.amounts,
    flags: row.flags,
    firstRecordedAt: row.first_recorded_at,
    recordedAt: row.recorded_at,
    version: row.version,
  };
}

function paymentOf(row: OrderRow & PaymentColumns): PaymentEntity {
  return {
    paymentId: row.payment_id,
    kind: row.kind,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    subject: row.subject,
    orderId: row.order_id,
    status: row.payment_status,
    reported: row.payment_reported,
    currency: row.currency,
    exponent: row.exponent,
    amountMinor: row.amount_minor,
    expectedMinor: row.expected_minor,
    differenceMinor: row.difference_minor,
    netMinor: row.net_minor,
    feeMinor: row.fee_minor,
    taxMinor: row.tax_minor,
    refundedMinor: row.refunded_minor,
    method: row.method,
    failureCode: row.failure_code,
    clientReference: row.client_reference,
    parentId: row.parent_id,
    settlementId: row.settlement_id,
    settlementBatch: row.settlement_batch,
    settlementStatus: row.settlement_status,
    payoutDifferenceMinor: row.payout_difference_minor,
    flags: row.payment_flags,
    occurredAt: row.occurred_at,
    firstRecordedAt: row.payment_first_recorded_at,
    recordedAt: row.payment_recorded_at,
    version: row.payment_version,
    lastPosition: row.last_position,
  };
}
