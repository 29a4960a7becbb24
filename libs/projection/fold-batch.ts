import type { StoredRecord } from '#events/record.js';
import { invariant } from '#ledger/assert.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import type { Queryable } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import { writeOutbox } from '#read-models/writes/outbox.js';
import { readBooksHead, writeBooks } from './books/write-books.js';
import { writeOpenItems } from './books/write-open-items.js';
import { advanceCheckpoint, type Checkpoint } from './checkpoint.js';
import { datedPostingRules } from './dated-entries.js';
import { dedupe, knownDigests } from './dedupe.js';
import { foldEvents } from './fold-events.js';
import { foldOrders } from './fold-orders.js';
import type { PaymentInFold } from './fold-payments.js';
import { interpretRecord } from './interpret-record.js';
import type { Interpreted } from './meaning.js';
import { keepToKeys } from './keep-to-keys.js';
import { loadPayments } from './load-payments.js';
import type { MergedPayment } from './merge-refunds.js';
import { parkedSubjects, parkPoison } from './park.js';
import { paymentMessages, tracesOf } from './payment-messages.js';
import { writePayments } from './write-payments.js';
import { writeRecords } from './write-records.js';

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
  const [, , parked, known, payments, head] = await Promise.all([
    keepToKeys(tx),
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
  const deduped = dedupe(poison.foldable, known);
  const folded = foldEvents(payments, deduped, rules);
  const [merged] = await Promise.all([
    writePayments(tx, schema, folded.payments),
    writeBooks(tx, schema, { partition: batch.partition, head, steps: folded.steps }),
    writeOpenItems(tx, schema, folded.booked),
    writeRecords(tx, schema, { poison, deduped, changes: folded.changes }),
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

/** The batch's own payments, and those of other partitions whose refunds it folded. */
function withMerged(
  own: readonly PaymentInFold[],
  merged: readonly MergedPayment[],
): readonly PaymentInFold[] {
  const ownIds = new Set(own.map(({ paymentId }) => paymentId));
  const parents = merged.map(({ payment }) => payment).filter((one) => !ownIds.has(one.paymentId));
  return [...own, ...parents];
}
