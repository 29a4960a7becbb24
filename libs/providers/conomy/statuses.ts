import type { CustomerLevel } from '#ledger/customer/customer.js';
import type { Flag } from '#ledger/payment/flag.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';

export type ConomyStatus = {
  readonly status: PaymentStatus;
  readonly rank: number;
  readonly mark: Flag | null;
};

/** The highest rank in the set of facts is the state. */
export type ConomyStatuses = ReadonlyMap<string, ConomyStatus>;

/**
 * Of a review that let the payment go on: the events `payment.reviewApproved` and
 * `payment.reviewResolved` tell it. Not a status of Conomy's, nor a word that a body could hold.
 */
export const REVIEW_APPROVED = 'REQUIRES_REVIEW, approved';

/**
 * Payments and withdrawals, along the documented chain (payment status page).
 *
 * - A review may stand before or after CAPTURED, so without a result the two show as in review.
 * - A late payment beats FAILED and EXPIRED; RECEIVED and what follows beat every review.
 * - UNSETTLED beats success: the money came and could not be applied.
 * - DISPUTED and REVERSED are on an older page only. A dispute is about money that was received; a
 *   reversal took it back whole, so it is a refund of everything rather than a payment that never
 *   was.
 */
export const CONOMY_STATUSES: ConomyStatuses = new Map<string, ConomyStatus>([
  ['ATTEMPT', { status: 'created', rank: 10, mark: null }],
  ['PENDING', { status: 'pending', rank: 20, mark: null }],
  ['CREATED', { status: 'pending', rank: 20, mark: null }],
  ['AUTHORIZED', { status: 'authorized', rank: 30, mark: null }],
  ['CAPTURED', { status: 'processing', rank: 40, mark: null }],
  ['REQUIRES_REVIEW', { status: 'in_review', rank: 50, mark: null }],
  [REVIEW_APPROVED, { status: 'processing', rank: 60, mark: null }],
  ['EXPIRED', { status: 'expired', rank: 70, mark: null }],
  ['FAILED', { status: 'failed', rank: 75, mark: null }],
  ['RECEIVED', { status: 'succeeded', rank: 80, mark: null }],
  ['DISPUTED', { status: 'succeeded', rank: 80, mark: 'disputed' }],
  ['SETTLED', { status: 'succeeded', rank: 90, mark: null }],
  ['UNSETTLED', { status: 'failed', rank: 100, mark: 'unsettled' }],
  ['REFUNDED', { status: 'refunded', rank: 110, mark: null }],
  ['REVERSED', { status: 'refunded', rank: 120, mark: 'disputed' }],
]);

/**
 * Refunds, which are transactions of their own. RECEIVED comes first here: it says that the rail
 * took the request, not that the payer has the money (refunds page). A reversed refund did not
 * happen.
 */
export const CONOMY_REFUND_STATUSES: ConomyStatuses = new Map<string, ConomyStatus>([
  ['ATTEMPT', { status: 'created', rank: 10, mark: null }],
  ['PENDING', { status: 'pending', rank: 20, mark: null }],
  ['CREATED', { status: 'pending', rank: 20, mark: null }],
  ['RECEIVED', { status: 'pending', rank: 25, mark: null }],
  ['AUTHORIZED', { status: 'authorized', rank: 30, mark: null }],
  ['CAPTURED', { status: 'processing', rank: 40, mark: null }],
  ['DISPUTED', { status: 'processing', rank: 40, mark: 'disputed' }],
  ['REQUIRES_REVIEW', { status: 'in_review', rank: 50, mark: null }],
  [REVIEW_APPROVED, { status: 'processing', rank: 60, mark: null }],
  ['EXPIRED', { status: 'expired', rank: 70, mark: null }],
  ['FAILED', { status: 'failed', rank: 75, mark: null }],
  ['SETTLED', { status: 'succeeded', rank: 90, mark: null }],
  ['REFUNDED', { status: 'succeeded', rank: 90, mark: null }],
  ['UNSETTLED', { status: 'failed', rank: 100, mark: 'unsettled' }],
  ['REVERSED', { status: 'failed', rank: 110, mark: 'disputed' }],
]);

/** `operationLevel` of a customer (customers page). */
export const CONOMY_LEVELS: ReadonlyMap<string, CustomerLevel> = new Map([
  ['INACTIVE', 'inactive'],
  ['BASIC', 'basic'],
  ['STANDARD', 'standard'],
  ['FULL', 'full'],
]);
