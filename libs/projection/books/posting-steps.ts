import { emptyPayment, type PaymentState } from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import { differenceOf, type Posting } from '#ledger/posting/posting.js';
import type { ViewedPayment } from '#ledger/posting/postings-of.js';
import type { PostingRules } from '#ledger/posting/rules.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Deduped } from '../dedupe.js';
import { joined, type EventMeaning, type PaymentInFold } from '../fold-payments.js';
import type { BooksStep } from './fold-books.js';
import { viewedPostings } from './subject-postings.js';

/**
 * What a batch's events have to post, in the order of the partition. Of each payment the set that is posted
 * so far is kept while the batch is folded, because the next event posts the difference to it.
 */
export class PostingSteps {
  readonly steps: BooksStep[] = [];
  readonly #booked = new Map<string, BookedInBatch>();
  readonly #rules: PostingRules;

  constructor(rules: PostingRules) {
    this.#rules = rules;
  }

  /** After an event was folded into its payment; `before` is what it found. */
  record(
    { subject, state, view }: Pick<PaymentInFold, 'subject' | 'state' | 'view'>,
    { before, meaning, recordedAtMs }: EventFolded,
  ): void {
    if (state === before.state || !mayConfirm(meaning.trust)) return;
    const { subjectId } = meaning;
    const known = this.#booked.get(subject);
    const posted = known?.after ?? {
      parent: parentOf(before.state),
      postings: viewedPostings(subject, before, this.#rules),
    };
    const after = {
      parent: parentOf(state),
      postings: viewedPostings(subject, { state, view }, this.#rules),
    };
    this.#booked.set(subject, { subject, subjectId, before: known?.before ?? posted, after });
    const lines = differenceOf(posted.postings, after.postings);
    if (lines.length === 0) return;
    this.steps.push({
      type: 'post',
      eventId: meaning.eventId,
      observationId: meaning.observation.id,
      subject,
      subjectId,
      recordedAt: new Date(recordedAtMs).toISOString(),
      lines,
    });
  }

  /** A line of a settlement report that names no movement, when it was first told. */
  recordReportLine(meaning: EventMeaning, recordedAtMs: number): void {
    const state = joined(emptyPayment, meaning, { position: 0n, recordedAtMs });
    const { subject } = meaning.observation;
    const before = { state: emptyPayment, view: viewPayment(emptyPayment) };
    const after = { subject, state, view: viewPayment(state) };
    this.record(after, { before, meaning, recordedAtMs });
  }

  /** The subjects that something was told of, as the batch found and left them. */
  booked(): readonly BookedInBatch[] {
    return [...this.#booked.values()];
  }

  /** A period was closed. */
  close({ input: { meaning, record, recordedAtMs }, outcome }: Deduped): void {
    if (meaning.kind !== 'period-close' || outcome !== 'applied') return;
    const recordedAt = new Date(recordedAtMs).toISOString();
    const { periodId, until, observation } = meaning;
    const { position } = record;
    const observationId = observation.id;
    this.steps.push({ type: 'close', periodId, until, observationId, position, recordedAt });
  }
}

/** What the facts of a subject post at one moment. */
export type Booked = {
  /** Subject key of the payment that a refund with an id of its own gives back. */
  readonly parent: string | null;
  readonly postings: readonly Posting[];
};

export type BookedInBatch = {
  readonly subject: string;
  readonly subjectId: string;
  readonly before: Booked;
  readonly after: Booked;
};

type EventFolded = {
  readonly before: ViewedPayment;
  readonly meaning: EventMeaning;
  readonly recordedAtMs: number;
};

/** The one that its view names. */
function parentOf({ kind, parents }: PaymentState): string | null {
  return kind === 'refund' ? (parents.at(-1) ?? null) : null;
}
