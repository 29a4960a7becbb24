import type { Flag } from '#ledger/payment/flag.js';
import { REVIEW_APPROVED } from './statuses.js';

/** What the name of an event says of its transaction. */
export type ConomyEvent = {
  /** `name`: the event stands for `status`. `body`: `transaction.status` decides, if there. */
  readonly by: 'name' | 'body';
  /** A status of Conomy; null where the name alone says none. */
  readonly status: string | null;
  /** Of a review's end: a status from before the review says that the payment goes on. */
  readonly isReviewResult: boolean;
  readonly isRefund: boolean;
  readonly mark: Flag | null;
};

const plain = { isReviewResult: false, isRefund: false, mark: null } as const;

const named = (status: string): ConomyEvent => ({ ...plain, by: 'name', status });
const ofRefund = (status: string): ConomyEvent => ({ ...named(status), isRefund: true });
const ofPurchase = (status: string, mark: Flag | null): ConomyEvent => ({
  ...plain,
  by: 'body',
  status,
  mark,
});

/**
 * Every event about a transaction, in all three contracts. An event that fires beside another tells
 * the same fact: `transaction.status_changed` beside the specific one, `payment.reviewResolved`
 * beside the review's result. Names that are not here are kept and have no effect, as the webhooks
 * page asks: what a new event means is not guessed from the status it carries.
 */
export const CONOMY_EVENTS: ReadonlyMap<string, ConomyEvent> = new Map<string, ConomyEvent>([
  ['Transaction.Captured', named('CAPTURED')],
  ['Transaction.Received', named('RECEIVED')],
  ['Transaction.Failed', named('FAILED')],
  ['transaction.status_changed', { ...plain, by: 'body', status: null }],
  ['payment.expired', named('EXPIRED')],
  ['payment.settled', named('SETTLED')],
  ['payment.unsettled', named('UNSETTLED')],
  ['payment.requiresReview', named('REQUIRES_REVIEW')],
  ['payment.reviewApproved', named(REVIEW_APPROVED)],
  ['payment.reviewRejected', named('FAILED')],
  ['payment.reviewResolved', { ...plain, by: 'body', status: null, isReviewResult: true }],
  ['payment.refund.created', ofRefund('CREATED')],
  ['payment.refund.captured', ofRefund('CAPTURED')],
  ['payment.refund.settled', ofRefund('SETTLED')],
  ['payment.refund.failed', ofRefund('FAILED')],
  ['purchase.attempted', ofPurchase('ATTEMPT', null)],
  ['purchase.pendingAssignment', ofPurchase('PENDING', null)],
  // Beside `payment.settled` or beside `payment.unsettled`: the pages disagree, the status tells.
  ['purchase.underpaid', ofPurchase('PENDING', 'underpaid')],
  ['purchase.overpaid', ofPurchase('PENDING', 'overpaid')],
]);

/** The one event about a customer. */
export const CUSTOMER_EVENT = 'customer.levelChanged';
