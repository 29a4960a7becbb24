import { PAYMENT_STATUSES, type PaymentStatus, type RefundStatus } from './payment-status.js';

/**
 * What a movement of money is: in, out, or back. From the least to the most specific: providers tell of
 * all three in one shape, and an event that does not say is taken for a payment until another one does.
 */
export const PAYMENT_KINDS = ['payment', 'withdrawal', 'refund'] as const;

export type PaymentKind = (typeof PAYMENT_KINDS)[number];

export const WITHDRAWAL_STATUSES = [
  'requested',
  'processing',
  'paid',
  'failed',
  'returned',
  'cancelled',
] as const;

export type WithdrawalStatus = (typeof WITHDRAWAL_STATUSES)[number];

export function moreSpecificKind(a: PaymentKind, b: PaymentKind): PaymentKind {
  return PAYMENT_KINDS.indexOf(a) >= PAYMENT_KINDS.indexOf(b) ? a : b;
}

/** The word for a status that readers of this kind expect. */
export function statusByKind(
  kind: PaymentKind,
  status: PaymentStatus,
): PaymentStatus | WithdrawalStatus | RefundStatus {
  switch (kind) {
    case 'payment':
      return status;
    case 'withdrawal':
      return WITHDRAWAL_WORDS[status];
    case 'refund':
      return REFUND_WORDS[status];
  }
}

const WITHDRAWAL_WORDS: Readonly<Record<PaymentStatus, WithdrawalStatus>> = {
  created: 'requested',
  pending: 'requested',
  authorized: 'requested',
  in_review: 'processing',
  processing: 'processing',
  succeeded: 'paid',
  partially_refunded: 'returned',
  refunded: 'returned',
  failed: 'failed',
  expired: 'cancelled',
  cancelled: 'cancelled',
};

const REFUND_WORDS: Readonly<Record<PaymentStatus, RefundStatus>> = {
  created: 'pending',
  pending: 'pending',
  authorized: 'pending',
  in_review: 'pending',
  processing: 'pending',
  succeeded: 'succeeded',
  // Legacy words for a refund that went through.
  partially_refunded: 'succeeded',
  refunded: 'succeeded',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'failed',
};

/** A refund with an id of its own, as its payment sees it. */
export function refundStatusOf(status: PaymentStatus): RefundStatus {
  return REFUND_WORDS[status];
}

export function isPaymentStatus(word: string): word is PaymentStatus {
  return (PAYMENT_STATUSES as readonly string[]).includes(word);
}
