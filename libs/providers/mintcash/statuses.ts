import type { PaymentStatus, RefundStatus } from '#ledger/payment/payment-status.js';
import type { SubscriptionStatus } from '#ledger/subscription/subscription.js';

export type RankedStatus = { readonly status: PaymentStatus; readonly rank: number };

/** What only a payment that went through can have events after. */
export const SUCCEEDED: RankedStatus = { status: 'succeeded', rank: 50 };

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
  succeeded: SUCCEEDED,
  partially_refunded: { status: 'partially_refunded', rank: 60 },
  voided: { status: 'cancelled', rank: 70 },
  refunded: { status: 'refunded', rank: 80 },
};

/**
 * Events about a refund, by what they say of the refund. The names `refund.*` are assumed from the
 * envelope's type `refund`; documented are those of the payment.
 */
export const MINTCASH_REFUND_EVENTS: Readonly<Record<string, RefundStatus>> = {
  'payment.refunded': 'succeeded',
  'payment.partially_refunded': 'succeeded',
  'payment.refund_failed': 'failed',
  'refund.created': 'pending',
  'refund.pending': 'pending',
  'refund.succeeded': 'succeeded',
  'refund.failed': 'failed',
};

export type RankedSubscriptionStatus = {
  readonly status: SubscriptionStatus;
  readonly rank: number;
};

/**
 * MintCash's subscription states in ours, by the state machine of its documentation. Active and past
 * due alternate, so between them the later one speaks; failed and cancelled are terminal.
 */
export const MINTCASH_SUBSCRIPTION_STATUSES: Readonly<Record<string, RankedSubscriptionStatus>> = {
  created: { status: 'pending', rank: 10 },
  pending: { status: 'pending', rank: 10 },
  active: { status: 'active', rank: 20 },
  past_due: { status: 'past_due', rank: 20 },
  failed: { status: 'failed', rank: 30 },
  cancelled: { status: 'cancelled', rank: 40 },
  canceled: { status: 'cancelled', rank: 40 },
};

/** The entry of a table under a name that somebody sent; null for none, and for `constructor`. */
export function ownEntry<T>(table: Readonly<Record<string, T>>, name: string | null): T | null {
  return name !== null && Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
