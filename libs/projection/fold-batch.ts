import { paymentMessage, type PublicMessage } from '#events/public-events.js';
import type { StoredRecord } from '#events/record.js';
import { parseSubjectKey } from '#events/subject.js';
import { PAYMENT_EVENTS } from '#events/topics.js';
import { invariant } from '#ledger/assert.js';
import { moneyToJson } from '#ledger/money.js';
import type { Queryable } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import {
  DELIVERIES,
  PAYMENT_CHANGES,
  PAYMENTS,
  REFUNDS,
  WORK_QUEUE,
} from '#read-models/fold/fold-tables.js';
import { writeOutbox } from '#read-models/writes/outbox.js';
import { writeRows, type Row } from '#read-models/writes/write-rows.js';
import { advanceCheckpoint, type Checkpoint } from './checkpoint.js';
import { dedupe, type Deduped } from './dedupe.js';
import { deliveryRow } from './delivery-row.js';
import { attachPayments, foldOrders, type TouchedOrder } from './fold-orders.js';
import {
  changeRow,
  foldEvent,
  paymentRow,
  refundRows,
  workRow,
  type PaymentChange,
  type PaymentInFold,
} from './fold-payments.js';
import { FOLD_VERSION } from './fold-version.js';
import { interpretRecord, type Interpreted } from './interpret-record.js';
import { loadPayments } from './load-payments.js';
import { parkPoison } from './park.js';

export type FoldTarget = {
  readonly generation: Generation;
  /** Only the live generation writes the outbox, so a rebuild sends nothing. */
  readonly status: 'live' | 'building';
};

/** What a batch did, for metrics and logs. */
export type FoldedBatch = {
  readonly next: Checkpoint;
  readonly outcomes: readonly {
    readonly provider: string;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
  readonly messages: number;
  readonly parked: number;
};

/**
 * Folds one batch of one partition, inside the caller's transaction: compare-and-set of the checkpoint
 * first, then interpret, dedupe, fold, and set-based writes with sorted keys.
 *
 * Records from before the checkpoint are dropped. Throws `Fenced` when another owner has moved on.
 */
export async function foldBatch(
  tx: Queryable,
  target: FoldTarget,
  batch: {
    readonly partition: number;
    readonly checkpoint: Checkpoint;
    readonly records: readonly StoredRecord[];
    /** Records that a database refused for good, by position: they park instead of folding. */
    readonly poison?: ReadonlyMap<bigint, string>;
  },
): Promise<FoldedBatch> {
  const { checkpoint } = batch;
  const records = batch.records.filter(({ position }) => position >= checkpoint.nextPosition);
  const interpreted = interpretAll(records, checkpoint.lastRecordedAtMs);
  const last = interpreted.at(-1);
  invariant(last !== undefined, 'A batch has at least one record past its checkpoint.');
  const next = {
    nextPosition: last.record.position + 1n,
    lastRecordedAtMs: last.recordedAtMs,
  };
  await advanceCheckpoint(tx, target.generation, {
    partition: batch.partition,
    expected: checkpoint.nextPosition,
    next: next.nextPosition,
    recordedAtMs: next.lastRecordedAtMs,
    status: target.status,
  });
  const schema = foldSchemaName(target.generation);
  const { foldable, parked } = await parkPoison(tx, schema, {
    interpreted,
    poison: batch.poison ?? new Map(),
  });
  const deduped = await dedupe(tx, schema, foldable);
  const { payments, changes } = await foldPayments(tx, schema, deduped);
  await writePayments(tx, schema, { payments, changes });
  await writeRows(tx, {
    schema,
    table: DELIVERIES,
    rows: deduped.map(deliveryRow),
    mode: 'insert',
  });
  const messages = [
    ...changes.filter(({ view }) => view.status !== null).map(toMessage),
    ...(await foldOrders(tx, schema, touchedOrders(payments, deduped))),
  ];
  if (target.status === 'live') await writeOutbox(tx, messages);
  return {
    next,
    messages: messages.length,
    parked,
    outcomes: deduped.map(({ input, outcome, reason }) => ({
      provider: input.meaning.observation?.schema.provider ?? 'unknown',
      outcome,
      reason,
    })),
  };
}

function interpretAll(
  records: readonly StoredRecord[],
  lastRecordedAtMs: number,
): readonly Interpreted[] {
  let recordedAtMs = lastRecordedAtMs;
  return records.map((record) => {
    recordedAtMs = Math.max(recordedAtMs, record.appendedAtMs);
    return interpretRecord(record, recordedAtMs);
  });
}

/** Folds in memory, event by event, in the order of the partition. */
async function foldPayments(tx: Queryable, schema: string, deduped: readonly Deduped[]) {
  const payments = await loadPayments(tx, schema, deduped);
  const touched = new Map<string, PaymentInFold>();
  const changes: PaymentChange[] = [];
  for (const { input, outcome } of deduped) {
    if (input.meaning.kind !== 'event' || outcome === 'duplicate' || outcome === 'parked') continue;
    const payment = payments.get(input.meaning.observation.subject);
    invariant(payment !== undefined, 'Every event of a batch has its payment loaded.');
    const change = foldEvent(payment, input, {
      ...input.meaning,
      isConflict: outcome === 'conflict',
    });
    touched.set(payment.subject, payment);
    if (change !== null) changes.push(change);
  }
  const sorted = [...touched.values()].sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  return { payments: sorted, changes };
}

async function writePayments(
  tx: Queryable,
  schema: string,
  { payments, changes }: { payments: readonly PaymentInFold[]; changes: readonly PaymentChange[] },
): Promise<void> {
  await writeRows(tx, {
    schema,
    table: PAYMENTS,
    rows: payments.map(paymentRow),
    mode: 'upsert',
  });
  await writeRows(tx, {
    schema,
    table: PAYMENT_CHANGES,
    rows: changes.map(changeRow),
    mode: 'insert',
  });
  await writeRows(tx, {
    schema,
    table: REFUNDS,
    rows: payments.flatMap(refundRows),
    mode: 'upsert',
  });
  await attachPayments(
    tx,
    schema,
    payments.flatMap(({ paymentId, state }) =>
      state.attributions.map(({ orderId }) => ({ orderId, paymentId })),
    ),
  );
  await writeWork(tx, schema, payments);
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
  await writeRows(tx, { schema, table: WORK_QUEUE, rows: due, mode: 'upsert' });
  if (settled.length === 0) return;
  await tx.query({
    name: `${schema}.work_queue.settle`,
    text: `delete from ${schema}.work_queue where subject = any($1::text[])`,
    values: [settled],
  });
}

function touchedOrders(
  payments: readonly PaymentInFold[],
  deduped: readonly Deduped[],
): readonly TouchedOrder[] {
  const traces = new Map<string, string | null>();
  for (const { input } of deduped) {
    if (input.meaning.kind !== 'event') continue;
    traces.set(input.meaning.observation.subject, input.meaning.observation.traceparent);
  }
  return payments.flatMap(({ subject, state }) =>
    state.attributions.map(({ orderId }) => ({
      orderId,
      traceparent: traces.get(subject) ?? null,
    })),
  );
}

function toMessage(change: PaymentChange): PublicMessage {
  const { payment, view } = change;
  const { account, reference } = parseSubjectKey(payment.subject);
  const json = (money: typeof view.amount) => (money === null ? null : moneyToJson(money));
  return paymentMessage(
    PAYMENT_EVENTS.name,
    {
      paymentId: payment.paymentId,
      account,
      provider: payment.provider,
      reference,
      orderId: view.orderId,
      status: view.status ?? 'created',
      amount: json(view.amount),
      net: json(view.net),
      fee: json(view.fee),
      tax: json(view.tax),
      refunded: json(view.refunded),
      method: view.method,
      failureCode: view.failureCode,
      flags: view.flags,
      occurredAt: view.occurredAt,
      recordedAt: new Date(change.recordedAtMs).toISOString(),
      foldVersion: FOLD_VERSION,
      version: change.version.toString(),
    },
    change.traceparent,
  );
}
