/**
 * The payment life cycle, common to all providers. Each provider maps its own names onto it, with a
 * rank per status (see the provider's `statuses.ts`): in the fold the highest rank wins.
 */
export const PAYMENT_STATUSES = [
  'created',
  'pending',
  'authorized',
  'in_review',
  'processing',
  'succeeded',
  'partially_refunded',
  'refunded',
  'failed',
  'expired',
  'cancelled',
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Statuses of a movement whose money has come, or has gone out, whatever was given back since. */
export const HAS_MONEY: readonly (PaymentStatus | null)[] = [
  'succeeded',
  'partially_refunded',
  'refunded',
];

export const REFUND_STATUSES = ['pending', 'failed', 'succeeded'] as const;

export type RefundStatus = (typeof REFUND_STATUSES)[number];
