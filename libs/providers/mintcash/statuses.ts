import type { PaymentStatus } from '#ledger/payment/payment-status.js';

export type RankedStatus = { readonly status: PaymentStatus; readonly rank: number };

/**
 * MintCash's payment states in ours, by the state machine of its documentation: the highest rank in
 * the set of facts is the state. `voided` beats `succeeded` (the money went back before
 * settlement); `failed` loses to it (a later attempt of the same payment went through).
 */
export const MINTCASH_STATUSES: Readonly<Record<string, RankedStatus>> = {
  created: { status: 'created', rank: 10 },
  pending: { status: 'pending', rank: 20 },
  authorized: { status: 'authorized', rank: 30 },
  failed: { status: 'failed', rank: 40 },
  expired: { status: 'expired', rank: 40 },
  succeeded: { status: 'succeeded', rank: 50 },
  partially_refunded: { status: 'partially_refunded', rank: 60 },
  voided: { status: 'cancelled', rank: 70 },
  refunded: { status: 'refunded', rank: 80 },
};

export type RefundOutcome = 'succeeded' | 'failed';

/**
 * Events about a refund, by what they say of the refund. `refund.*` is not documented, only its
 * type.
 */
export const MINTCASH_REFUND_EVENTS: Readonly<Record<string, RefundOutcome>> = {
  'payment.refunded': 'succeeded',
  'payment.partially_refunded': 'succeeded',
  'payment.refund_failed': 'failed',
};
