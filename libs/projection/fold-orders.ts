import { orderMessage, type PublicMessage } from '#events/public-events.js';
import { ORDER_STATUS } from '#events/topics.js';
import { moneyToJson, type Money } from '#ledger/money.js';
import { viewOrder, type OrderPayment } from '#ledger/order/order.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';
import type { Queryable } from '#read-models/database.js';
import { ORDER_PAYMENTS, ORDERS } from '#read-models/fold/fold-tables.js';
import type { Row } from '#read-models/writes/column-values.js';
import { insertMissingRows, writeRows } from '#read-models/writes/write-rows.js';
import { publicVersion, type PaymentInFold } from './fold-payments.js';
import { FOLD_VERSION } from './fold-version.js';

/**
 * Recomputes the orders of these payments. Orders are shared between partitions, so a new one is written
 * at once from this batch's payments: every attachment makes the order's row in its own transaction, so
 * where the row was missing there are no other payments, and whoever attaches one meanwhile waits for this
 * row. All others are locked in sorted order, and only a later statement reads their payments, so that it
 * sees what another partition committed while this one waited.
 */
export async function foldOrders(
  tx: Queryable,
  schema: string,
  { payments, traces }: TouchedPayments,
): Promise<readonly PublicMessage[]> {
  const touched = ordersOf(payments);
  if (touched.size === 0) return [];
  const candidates = [...touched].map(([orderId, attached]) => recompute(orderId, attached));
  const created = await insertMissingRows(tx, {
    schema,
    table: ORDERS,
    rows: candidates.map(({ row }) => row),
  });
  const fresh = candidates.filter(({ orderId }) => created.has(orderId));
  const shared = candidates
    .map(({ orderId }) => orderId)
    .filter((orderId) => !created.has(orderId));
  const updated = shared.length === 0 ? [] : await foldShared(tx, schema, shared);
  const traceOf = (orderId: string): string | null =>
    traces.get(touched.get(orderId)?.[0]?.payment_id ?? '') ?? null;
  return [...fresh, ...updated].map(({ orderId, snapshot }) =>
    orderMessage(ORDER_STATUS.name, snapshot, traceOf(orderId)),
  );
}

/** The payments that a batch wrote, and by payment id the trace of the observation that moved each. */
export type TouchedPayments = {
  readonly payments: readonly PaymentInFold[];
  readonly traces: ReadonlyMap<string, string | null>;
};

/** By order id, sorted: the touched payments that are or were attributed to it. */
function ordersOf(payments: readonly PaymentInFold[]): Map<string, AttachedPayment[]> {
  const orders = new Map<string, AttachedPayment[]>();
  for (const payment of payments) {
    for (const { orderId } of payment.state.attributions) {
      const attached = orders.get(orderId) ?? [];
      attached.push(toAttached(payment));
      orders.set(orderId, attached);
    }
  }
  return new Map([...orders].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Orders that were there before: locked, then read, then written. Answers those that changed. */
async function foldShared(
  tx: Queryable,
  schema: string,
  orderIds: readonly string[],
): Promise<readonly Recomputed[]> {
  const locked = tx.query<{ order_id: string; version: string }>({
    name: `${schema}.orders.lock`,
    text: `select order_id, version from ${schema}.orders
            where order_id = any($1::text[]) order by order_id for update`,
    values: [orderIds],
  });
  const attached = tx.query<AttachedPayment & { attached_to: string }>({
    name: `${schema}.orders.payments`,
    text: `select op.order_id as attached_to, p.payment_id, p.order_id, p.status, p.reported,
                  p.currency, p.exponent, p.amount_minor, p.refunded_minor, p.difference_minor,
                  p.flags, p.version, p.first_recorded_at, p.recorded_at
             from ${schema}.order_payments op join ${schema}.payments p using (payment_id)
            where op.order_id = any($1::text[])
            order by op.order_id, p.payment_id`,
    values: [orderIds],
  });
  const [before, payments] = await Promise.all([locked, attached]);
  const versions = new Map(before.rows.map((row) => [row.order_id, BigInt(row.version)]));
  const byOrder = Map.groupBy(payments.rows, (row) => row.attached_to);
  const orders = orderIds.map((orderId) => recompute(orderId, byOrder.get(orderId) ?? []));
  await writeRows(tx, {
    schema,
    table: ORDERS,
    rows: orders.map(({ row }) => row),
    mode: 'upsert',
  });
  return orders.filter(({ orderId, version }) => versions.get(orderId) !== version);
}

/** Links that are not there yet: only who folds a payment makes its links, so no other transaction can. */
export async function attachPayments(
  tx: Queryable,
  schema: string,
  links: readonly { readonly orderId: string; readonly paymentId: string }[],
): Promise<void> {
  const rows = links.map(({ orderId, paymentId }) => [orderId, paymentId]);
  await writeRows(tx, { schema, table: ORDER_PAYMENTS, rows, mode: 'insert' });
}

type AttachedPayment = {
  readonly payment_id: string;
  readonly order_id: string | null;
  readonly status: PaymentStatus | null;
  readonly reported: PaymentStatus | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly amount_minor: string | null;
  readonly refunded_minor: string | null;
  readonly difference_minor: string | null;
  readonly flags: readonly string[];
  readonly version: string;
  readonly first_recorded_at: Date;
  readonly recorded_at: Date;
};

type Recomputed = ReturnType<typeof recompute>;

/** A payment of this batch as the tables hold it by now. */
function toAttached(payment: PaymentInFold): AttachedPayment {
  const { paymentId, view } = payment;
  const money = view.amount ?? view.refunded ?? view.net;
  return {
    payment_id: paymentId,
    order_id: view.orderId,
    status: view.status,
    reported: view.reported,
    currency: money?.currency ?? null,
    exponent: money?.exponent ?? null,
    amount_minor: view.amount?.minor.toString() ?? null,
    refunded_minor: view.refunded?.minor.toString() ?? null,
    difference_minor: view.difference?.minor.toString() ?? null,
    flags: view.flags,
    version: publicVersion(payment).toString(),
    first_recorded_at: new Date(payment.firstRecordedAtMs),
    recorded_at: new Date(payment.recordedAtMs),
  };
}

function recompute(orderId: string, attached: readonly AttachedPayment[]) {
  const current = attached.filter((payment) => payment.order_id === orderId);
  const view = viewOrder(current.map(toOrderPayment));
  // Of every payment ever attached, so that the version rises even when a payment moves away.
  const version = attached.reduce((sum, payment) => sum + BigInt(payment.version), 0n);
  const flags = [...new Set(current.flatMap((payment) => payment.flags))].sort();
  const paid = view.paid.map(moneyToJson);
  const refunded = view.refunded.map(moneyToJson);
  const difference = view.difference.map(moneyToJson);
  const recordedAtMs = latestMs(attached);
  const row: Row = [
    orderId,
    view.status,
    view.assurance,
    view.reported,
    JSON.stringify({ paid, refunded, difference }),
    flags,
    earliestMs(attached),
    recordedAtMs,
    version,
  ];
  const snapshot = {
    orderId,
    status: view.status,
    paid,
    refunded,
    difference,
    paymentIds: current.map((payment) => payment.payment_id),
    flags,
    recordedAt: new Date(recordedAtMs).toISOString(),
    foldVersion: FOLD_VERSION,
    version: version.toString(),
  };
  return { orderId, row, version, snapshot };
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
    difference: money(row.difference_minor),
  };
}

function earliestMs(payments: readonly AttachedPayment[]): number {
  return payments.reduce((ms, one) => Math.min(ms, one.first_recorded_at.getTime()), Infinity);
}

function latestMs(payments: readonly AttachedPayment[]): number {
  return payments.reduce((ms, one) => Math.max(ms, one.recorded_at.getTime()), -Infinity);
}
