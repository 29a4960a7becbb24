import type { PaymentStatus, RefundStatus } from '#ledger/payment/payment-status.js';

export type RankedStatus = { readonly status: PaymentStatus; readonly rank: number };

const PENDING: RankedStatus = { status: 'pending', rank: 10 };
const AUTHORIZED: RankedStatus = { status: 'authorized', rank: 20 };
const PROCESSING: RankedStatus = { status: 'processing', rank: 30 };
const EXPIRED: RankedStatus = { status: 'expired', rank: 40 };
const CANCELLED: RankedStatus = { status: 'cancelled', rank: 45 };
const FAILED: RankedStatus = { status: 'failed', rank: 50 };
const SUCCEEDED: RankedStatus = { status: 'succeeded', rank: 60 };
const REFUNDED: RankedStatus = { status: 'refunded', rank: 70 };

/**
 * Tonder's statuses in ours, of payments, withdrawals, refunds and sessions, in lower case:
 * webhooks write `Success` or `PAID_FULL`, the API `success`. The highest rank in the set of facts
 * is the state. What ended without money loses to money that arrives after all. A reversal beats
 * everything: it comes after PAID_FULL, after Declined, or without either.
 */
const STATUSES: ReadonlyMap<string, RankedStatus> = new Map([
  ['pending', PENDING],
  ['on_hold', PENDING],
  ['pending_3ds', PENDING],
  ['unknown', PENDING],
  ['authorized', AUTHORIZED],
  ['processing', PROCESSING],
  ['sent_to_provider', PROCESSING],
  ['in_transit', PROCESSING],
  ['success', SUCCEEDED],
  ['paid_full', SUCCEEDED],
  ['completed', SUCCEEDED],
  ['declined', FAILED],
  ['rejected', FAILED],
  ['failed', FAILED],
  ['expired', EXPIRED],
  ['cancelled', CANCELLED],
  ['canceled', CANCELLED],
  ['refunded', REFUNDED],
]);

/** Every word that `tonderStatus` knows. */
export const TONDER_STATUS_WORDS: readonly string[] = [...STATUSES.keys()];

/** Compared without case; null for a word that is not documented. */
export function tonderStatus(word: string | null): RankedStatus | null {
  return word === null ? null : (STATUSES.get(word.toLowerCase()) ?? null);
}

/** Hosted Checkout's session events, by the session status that each one tells. */
export const TONDER_SESSION_EVENTS: ReadonlyMap<string, string> = new Map([
  ['session.created', 'pending'],
  ['session.completed', 'completed'],
  ['session.expired', 'expired'],
]);

/**
 * What a session's own status tells. A session may be `completed` while its transaction is not:
 * such money is still on its way.
 */
export function sessionStatus(
  word: string | null,
  transactionWord: string | null,
): RankedStatus | null {
  const session = tonderStatus(word);
  const transaction = tonderStatus(transactionWord);
  if (session?.status !== 'succeeded' || transaction === null) return session;
  return transaction.rank < SUCCEEDED.rank ? PROCESSING : transaction;
}

/**
 * What one try to pay tells of its session: one that failed leaves the session as it was. One rank below
 * the session's own word, whose total is what was paid, however often it was tried.
 */
export function attemptStatus(word: string | null): RankedStatus | null {
  const attempt = tonderStatus(word);
  if (attempt === null) return null;
  const hasFailed = [EXPIRED, CANCELLED, FAILED].some(({ status }) => status === attempt.status);
  const { status, rank } = hasFailed ? PENDING : attempt;
  return { status, rank: rank - 1 };
}

/**
 * What a refund tells of its payment. One that went through: it had succeeded, or there would have been
 * nothing to give back. Any other leaves it as it was: below all that the payment's own events say.
 */
export function refundedPaymentStatus(refund: RefundStatus): RankedStatus {
  return refund === 'succeeded' ? SUCCEEDED : { status: 'pending', rank: 0 };
}
