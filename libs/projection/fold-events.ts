import { invariant } from '#ledger/assert.js';
import type { PostingRules } from '#ledger/posting/rules.js';
import type { BooksStep } from './books/fold-books.js';
import { PostingSteps, type BookedInBatch } from './books/posting-steps.js';
import type { Deduped } from './dedupe.js';
import {
  foldEvent,
  isOfMovement,
  type PaymentChange,
  type PaymentInFold,
} from './fold-payments.js';

export type FoldedEvents = {
  readonly payments: readonly PaymentInFold[];
  readonly changes: readonly PaymentChange[];
  /** What the events post to the books. */
  readonly steps: readonly BooksStep[];
  readonly booked: readonly BookedInBatch[];
};

/** Folds in memory, event by event, in the order of the partition. */
export function foldEvents(
  loaded: ReadonlyMap<string, PaymentInFold>,
  deduped: readonly Deduped[],
  rules: PostingRules,
): FoldedEvents {
  const touched = new Map<string, PaymentInFold>();
  const changes: PaymentChange[] = [];
  const postings = new PostingSteps(rules);
  for (const one of deduped) {
    const { input, outcome } = one;
    const { meaning } = input;
    postings.close(one);
    if (meaning.kind !== 'event' || outcome === 'duplicate' || outcome === 'parked') continue;
    if (!isOfMovement(meaning)) {
      if (outcome === 'applied') postings.recordReportLine(meaning, input.recordedAtMs);
      continue;
    }
    const payment = loaded.get(meaning.observation.subject);
    invariant(payment !== undefined, 'Every event of a batch has its payment loaded.');
    const { state, view } = payment;
    const change = foldEvent(payment, input, { ...meaning, isConflict: outcome === 'conflict' });
    postings.record(payment, {
      before: { state, view },
      meaning,
      recordedAtMs: input.recordedAtMs,
    });
    touched.set(payment.subject, payment);
    if (change !== null) changes.push(change);
  }
  const payments = [...touched.values()].sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  return { payments, changes, steps: postings.steps, booked: postings.booked() };
}
