import { orderMessage, type PublicMessage } from '#events/public-events.js';
import { ORDER_STATUS } from '#events/topics.js';
import { moneyToJson, type Money } from '#ledger/money.js';
import { viewOrder, type OrderPayment } from '#ledger/order/order.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';
import type { Queryable } from '#read-models/database.js';
import { ORDER_PAYMENTS, ORDERS } from '#read-models/fold/fold-tables.js';
import { writeRows, type Row } from '#read-models/writes/write-rows.js';
import { FOLD_VERSION } from './fold-version.js';

/** An order that a batch touched, with the trace of the observation that did. */
export type TouchedOrder = { readonly orderId: string; readonly traceparent: string | null };

/**
 * Recomputes orders from their payments. Orders are shared between partitions: each is inserted if
 * missing, then all are locked in sorted order, and only a later statement reads the payments, so that it
 * sees what another partition committed while this one waited.
 */
export async function foldOrders(
  tx: Queryable,
  schema: string,
  touched: readonly TouchedOrder[],
): Promise<readonly PublicMessage[]> {
  if (touched.length === 0) return [];
  const traces = new Map(touched.map(({ orderId, traceparent }) => [orderId, traceparent]));
  const orderIds = [...traces.keys()].sort();
  const created = tx.query({
    name: `${schema}.orders.create`,
    text: `insert into ${schema}.orders
             (order_id, status, assurance, amounts, flags, first_recorded_at, recorded_at, version)
           select id, 'awaiting_payment', 'reported', '', '{}', 'epoch', 'epoch', -1
             from unnest($1::text[]) id order by id
           on conflict do nothing`,
    values: [orderIds],
  });
  const locked = tx.query<{ order_id: string; version: string }>({
    name: `${schema}.orders.lock`,
    text: `select order_id, version from ${schema}.orders
            where order_id = any($1::text[]) order by order_id for update`,
    values: [orderIds],
  });
  const attached = tx.query<AttachedPayment>({
    name: `${schema}.orders.payments`,
    text: `select op.order_id as attached_to, p.payment_id, p.order_id, p.status, p.reported,
                  p.currency, p.exponent, p.amount_minor, p.refunded_minor, p.flags, p.version,
                  p.first_recorded_at, p.recorded_at
             from ${schema}.order_payments op join ${schema}.payments p using (payment_id)
            where op.order_id = any($1::text[])
            order by op.order_id, p.payment_id`,
    values: [orderIds],
  });
  const [, before, payments] = await Promise.all([created, locked, attached]);
  const byOrder = Map.groupBy(payments.rows, (row) => row.attached_to);
  const rows: Row[] = [];
  const messages: PublicMessage[] = [];
  for (const { order_id: orderId, version } of before.rows) {
    const order = recompute(orderId, byOrder.get(orderId) ?? []);
    rows.push(order.row);
    if (BigInt(version) !== order.version && order.isPublic) {
      messages.push(orderMessage(ORDER_STATUS.name, order.snapshot, traces.get(orderId) ?? null));
    }
  }
  await writeRows(tx, { schema, table: ORDERS, rows, mode: 'upsert' });
  return messages;
}

export async function attachPayments(
  tx: Queryable,
  schema: string,
  links: readonly { readonly orderId: string; readonly paymentId: string }[],
): Promise<void> {
  const rows = links.map(({ orderId, paymentId }) => [orderId, paymentId]);
  await writeRows(tx, { schema, table: ORDER_PAYMENTS, rows, mode: 'insert-missing' });
}

type AttachedPayment = {
  readonly attached_to: string;
  readonly payment_id: string;
  readonly order_id: string | null;
  readonly status: PaymentStatus | null;
  readonly reported: PaymentStatus | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly amount_minor: string | null;
  readonly refunded_minor: string | null;
  readonly flags: readonly string[];
  readonly version: string;
  readonly first_recorded_at: Date;
  readonly recorded_at: Date;
};

function recompute(orderId: string, attached: readonly AttachedPayment[]) {
  const current = attached.filter((payment) => payment.order_id === orderId);
  const view = viewOrder(current.map(toOrderPayment));
  // Of every payment ever attached, so that the version rises even when a payment moves away.
  const version = attached.reduce((sum, payment) => sum + BigInt(payment.version), 0n);
  const flags = [...new Set(current.flatMap((payment) => payment.flags))].sort();
  const paid = view.paid.map(moneyToJson);
  const refunded = view.refunded.map(moneyToJson);
  const recordedAt = latest(attached).toISOString();
  const row: Row = [
    orderId,
    view.status,
    view.assurance,
    view.reported,
    JSON.stringify({ paid, refunded }),
    flags,
    earliest(attached).toISOString(),
    recordedAt,
    version,
  ];
  const snapshot = {
    orderId,
    status: view.status,
    paid,
    refunded,
    paymentIds: current.map((payment) => payment.payment_id),
    flags,
    recordedAt,
    foldVersion: FOLD_VERSION,
    version: version.toString(),
  };
  return { row, version, snapshot, isPublic: view.assurance === 'confirmed' };
}

function toOrderPayment(row: AttachedPayment): OrderPayment {
  const money = (minor: string | null): Money | null =>
    minor === null || row.currency === null || row.exponent === null
      ? null
      : { minor: BigInt(minor), currency: row.currency, exponent: row.exponent };
  return {
    status: row.status,
    reported: row.reported,
    amount: money(row.amount_minor),
    refunded: money(row.refunded_minor),
  };
}

function earliest(payments: readonly AttachedPayment[]): Date {
  return new Date(Math.min(...payments.map((payment) => payment.first_recorded_at.getTime())));
}

function latest(payments: readonly AttachedPayment[]): Date {
  return new Date(Math.max(...payments.map((payment) => payment.recorded_at.getTime())));
}
