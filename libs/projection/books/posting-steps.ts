import type { PaymentState } from '#ledger/payment/payment-state.js';
import { differenceOf, type Posting } from '#ledger/posting/posting.js';
import { postingsOf } from '#ledger/posting/postings-of.js';
import type { PostingRules } from '#ledger/posting/rules.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Deduped } from '../dedupe.js';
import type { EventMeaning, PaymentInFold } from '../fold-payments.js';
import type { BooksStep } from './fold-books.js';
import { postingOwnerOf } from './posting-owner.js';

/**
 * What a batch's events have to post, in the order of the partition. Of each payment the set that is posted
 * so far is kept while the batch is folded, because the next event posts the difference to it.
 */
export class PostingSteps {
  readonly steps: BooksStep[] = [];
  readonly #posted = new Map<string, readonly Posting[]>();
  readonly #rules: PostingRules;

  constructor(rules: PostingRules) {
    this.#rules = rules;
  }

  /** After an event was folded into its payment; `before` is the state that it found. */
  record({ subject, state }: PaymentInFold, { before, meaning, recordedAtMs }: EventFolded): void {
    if (state === before || !mayConfirm(meaning.trust)) return;
    const owner = postingOwnerOf(subject);
    const posted = this.#posted.get(subject) ?? postingsOf(before, owner, this.#rules);
    const after = postingsOf(state, owner, this.#rules);
    this.#posted.set(subject, after);
    const lines = differenceOf(posted, after);
    if (lines.length === 0) return;
    this.steps.push({
      type: 'post',
      eventId: meaning.eventId,
      observationId: meaning.observation.id,
      subject,
      subjectId: meaning.subjectId,
      recordedAt: new Date(recordedAtMs).toISOString(),
      lines,
    });
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

type EventFolded = {
  readonly before: PaymentState;
  readonly meaning: EventMeaning;
  readonly recordedAtMs: number;
};
