import type { Queryable } from '#read-models/database.js';
import { PAYMENTS, REFUNDS, WORK_QUEUE } from '#read-models/fold/fold-tables.js';
import type { Row } from '#read-models/writes/column-values.js';
import { writeRows, type WriteMode } from '#read-models/writes/write-rows.js';
import { attachPayments } from './fold-orders.js';
import {
  newOrdersOf,
  paymentRow,
  refundRows,
  workRow,
  type PaymentInFold,
} from './fold-payments.js';
import { hasSharedRow, writeSharedPayments, type MergedPayment } from './merge-refunds.js';

/** Answers the payments whose view has refunds of their own ids, as `writeSharedPayments` does. */
export async function writePayments(
  tx: Queryable,
  schema: string,
  payments: readonly PaymentInFold[],
): Promise<readonly MergedPayment[]> {
  const links = payments.flatMap((payment) =>
    newOrdersOf(payment).map((orderId) => ({ orderId, paymentId: payment.paymentId })),
  );
  const apart = payments.filter((payment) => !hasSharedRow(payment));
  const shared = payments.filter(hasSharedRow);
  const refunds = payments.flatMap(refundRows);
  const write = (rows: readonly Row[], mode: WriteMode): Promise<void> =>
    writeRows(tx, { schema, table: PAYMENTS, rows, mode });
  const [merged] = await Promise.all([
    writeSharedPayments(tx, schema, shared),
    write(apart.filter(({ stored }) => stored === null).map(paymentRow), 'insert'),
    write(apart.filter(({ stored }) => stored !== null).map(paymentRow), 'upsert'),
    writeRows(tx, { schema, table: REFUNDS, rows: refunds, mode: 'upsert' }),
    attachPayments(tx, schema, links),
    writeWork(tx, schema, payments),
  ]);
  return merged;
}

async function writeWork(
  tx: Queryable,
  schema: string,
  payments: readonly PaymentInFold[],
): Promise<void> {
  const due: Row[] = [];
  const settled: string[] = [];
  for (const payment of payments) {
    if (payment.state.claim === null) continue;
    const row = workRow(payment);
    if (row === null) settled.push(payment.subject);
    else due.push(row);
  }
  const settling =
    settled.length === 0
      ? null
      : tx.query({
          name: `${schema}.work_queue.settle`,
          text: `delete from ${schema}.work_queue where subject = any($1::text[])`,
          values: [settled],
        });
  await Promise.all([
    writeRows(tx, { schema, table: WORK_QUEUE, rows: due, mode: 'upsert' }),
    settling,
  ]);
}
