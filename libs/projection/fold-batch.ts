import type { PublicMessage } from '#events/public-events.js';
import type { StoredRecord } from '#events/record.js';
import { invariant } from '#ledger/assert.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import type { Queryable } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import type { FoldTable } from '#read-models/fold/fold-table.js';
import {
  CUSTOMERS,
  DELIVERIES,
  EVENTS,
  PARKED_RECORDS,
  PARKED_SUBJECTS,
  PAYMENT_CHANGES,
  PAYMENTS,
  REFUNDS,
  SUBSCRIPTIONS,
  WORK_QUEUE,
} from '#read-models/fold/fold-tables.js';
import { writeOutbox } from '#read-models/writes/outbox.js';
import type { Row } from '#read-models/writes/column-values.js';
import { writeRows, type WriteMode } from '#read-models/writes/write-rows.js';
import type { BooksStep } from './books/fold-books.js';
import { PostingSteps, type BookedInBatch } from './books/posting-steps.js';
import { readBooksHead, writeBooks } from './books/write-books.js';
import { writeOpenItems } from './books/write-open-items.js';
import { advanceCheckpoint, type Checkpoint } from './checkpoint.js';
import { datedPostingRules } from './dated-entries.js';
import { dedupe, knownDigests, type Deduped } from './dedupe.js';
import { deliveryRow } from './delivery-row.js';
import { foldLatest } from './fold-latest.js';
import { attachPayments, foldOrders } from './fold-orders.js';
import {
  changeRow,
  foldEvent,
  newOrdersOf,
  paymentRow,
  publicVersion,
  refundRows,
  workRow,
  type PaymentChange,
  type PaymentInFold,
} from './fold-payments.js';
import { interpretRecord, type Interpreted } from './interpret-record.js';
import { loadPayments } from './load-payments.js';
import {
  hasNewVersion,
  hasSharedRow,
  writeSharedPayments,
  type MergedPayment,
} from './merge-refunds.js';
import { parkedSubjects, parkPoison } from './park.js';
import { paymentSnapshot } from './payment-snapshot.js';

export type FoldTarget = {
  readonly generation: Generation;
  /** Only the live generation writes the outbox, so a rebuild sends nothing. */
  readonly status: 'live' | 'building';
  /** Default: those in force. */
  readonly rules?: PostingRules;
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
    readonly refused?: ReadonlyMap<bigint, string>;
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
  const schema = foldSchemaName(target.generation);
  const { rules = POSTING_RULES } = target;
  // Issued together, run in this order: nothing is read before the checkpoint's lock is held.
  const [, parked, known, payments, head] = await Promise.all([
    advanceCheckpoint(tx, target.generation, {
      partition: batch.partition,
      expected: checkpoint.nextPosition,
      next: next.nextPosition,
      recordedAtMs: next.lastRecordedAtMs,
      status: target.status,
      entries: datedPostingRules(rules),
    }),
    parkedSubjects(tx, schema, interpreted),
    knownDigests(tx, schema, interpreted),
    loadPayments(tx, schema, interpreted),
    readBooksHead(tx, schema, batch.partition),
  ]);
  const refused = batch.refused ?? new Map<bigint, string>();
  const poison = parkPoison(interpreted, { parked, refused });
  const { deduped, fresh } = dedupe(poison.foldable, known);
  const folded = foldPayments(payments, deduped, rules);
  const [merged] = await Promise.all([
    writePayments(tx, schema, folded),
    writeBooks(tx, schema, { partition: batch.partition, head, steps: folded.steps }),
    writeOpenItems(tx, schema, folded.booked),
    writeRecords(tx, schema, { poison, deduped, fresh, changes: folded.changes }),
  ]);
  const traces = tracesOf(deduped);
  const orderMessages = await foldOrders(tx, schema, {
    payments: withMerged(folded.payments, merged),
    traces,
  });
  const messages = [...paymentMessages(folded.changes, merged, traces), ...orderMessages];
  if (target.status === 'live') await writeOutbox(tx, messages);
  return {
    next,
    messages: messages.length,
    parked: poison.records.length,
    outcomes: deduped.map(({ input, outcome, reason }) => ({
      provider: input.meaning.observation?.schema.provider ?? 'unknown',
      outcome,
      reason,
    })),
  };
}

/** Everything that only this partition writes: registers, what was parked, dedupe, history, deliveries. */
async function writeRecords(
  tx: Queryable,
  schema: string,
  folded: {
    readonly poison: Pick<ReturnType<typeof parkPoison>, 'subjects' | 'records'>;
    readonly deduped: readonly Deduped[];
    readonly fresh: readonly Row[];
    readonly changes: readonly PaymentChange[];
  },
): Promise<void> {
  const { poison, deduped, fresh, changes } = folded;
  const latest = foldLatest(deduped);
  const write = async (table: FoldTable, rows: readonly Row[], mode: WriteMode): Promise<void> =>
    writeRows(tx, { schema, table, rows, mode });
  await Promise.all([
    write(SUBSCRIPTIONS, latest.subscriptions, 'newest'),
    write(CUSTOMERS, latest.customers, 'newest'),
    write(PARKED_SUBJECTS, poison.subjects, 'insert'),
    write(PARKED_RECORDS, poison.records, 'insert'),
    write(EVENTS, fresh, 'insert'),
    write(PAYMENT_CHANGES, changes.map(changeRow), 'insert'),
    write(DELIVERIES, deduped.map(deliveryRow), 'insert'),
  ]);
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

type FoldedPayments = {
  readonly payments: readonly PaymentInFold[];
  readonly changes: readonly PaymentChange[];
  /** What the events post to the books. */
  readonly steps: readonly BooksStep[];
  readonly booked: readonly BookedInBatch[];
};

/** Folds in memory, event by event, in the order of the partition. */
function foldPayments(
  loaded: ReadonlyMap<string, PaymentInFold>,
  deduped: readonly Deduped[],
  rules: PostingRules,
): FoldedPayments {
  const touched = new Map<string, PaymentInFold>();
  const changes: PaymentChange[] = [];
  const postings = new PostingSteps(rules);
  for (const one of deduped) {
    const { input, outcome } = one;
    const { meaning } = input;
    postings.close(one);
    if (meaning.kind !== 'event' || outcome === 'duplicate' || outcome === 'parked') continue;
    if (meaning.event.tells.about !== 'payment') continue;
    const payment = loaded.get(meaning.observation.subject);
    invariant(payment !== undefined, 'Every event of a batch has its payment loaded.');
    const before = payment.state;
    const change = foldEvent(payment, input, { ...meaning, isConflict: outcome === 'conflict' });
    postings.record(payment, { before, meaning, recordedAtMs: input.recordedAtMs });
    touched.set(payment.subject, payment);
    if (change !== null) changes.push(change);
  }
  const payments = [...touched.values()].sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  return { payments, changes, steps: postings.steps, booked: postings.booked() };
}

/** Answers the payments whose view has refunds of their own ids, as `writeSharedPayments` does. */
async function writePayments(
  tx: Queryable,
  schema: string,
  { payments }: FoldedPayments,
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

/** The batch's own payments, and those of other partitions whose refunds it folded. */
function withMerged(
  own: readonly PaymentInFold[],
  merged: readonly MergedPayment[],
): readonly PaymentInFold[] {
  const ownIds = new Set(own.map(({ paymentId }) => paymentId));
  const parents = merged.map(({ payment }) => payment).filter((one) => !ownIds.has(one.paymentId));
  return [...own, ...parents];
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

/** By payment id, the trace that moved it last. */
function tracesOf(deduped: readonly Deduped[]): ReadonlyMap<string, string | null> {
  const traces = new Map<string, string | null>();
  for (const { input } of deduped) {
    if (input.meaning.kind !== 'event') continue;
    const { observation, subjectId } = input.meaning;
    if (observation.traceparent !== null) traces.set(subjectId, observation.traceparent);
  }
  return traces;
}

/**
 * A snapshot for every change; where a payment has refunds with an id of their own, one for all changes of
 * the batch, because its versions count theirs too.
 */
function paymentMessages(
  changes: readonly PaymentChange[],
  merged: readonly MergedPayment[],
  traces: ReadonlyMap<string, string | null>,
): readonly PublicMessage[] {
  const mergedIds = new Set(merged.map(({ payment }) => payment.paymentId));
  const single = changes.filter(({ payment }) => !mergedIds.has(payment.paymentId));
  const withRefunds = merged.filter(hasNewVersion).map(({ payment }) => ({
    ...payment,
    payment,
    version: publicVersion(payment),
    traceparent: traces.get(payment.paymentId) ?? null,
  }));
  return [...single, ...withRefunds].map(paymentSnapshot);
}
