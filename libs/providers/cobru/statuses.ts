import type { PaymentStatus } from '#ledger/payment/payment-status.js';

/**
 * Cobru's payment states in ours; the highest rank in the set of facts is the state. A payer may
 * retry after a rejection, and cash may arrive after expiry, so 3 beats 2 and 5; a refund (4) beats
 * 3.
 */
export const COBRU_STATES: ReadonlyMap<
  string,
  { readonly status: PaymentStatus; readonly rank: number }
> = new Map([
  ['0', { status: 'created', rank: 10 }],
  ['1', { status: 'pending', rank: 20 }],
  ['5', { status: 'expired', rank: 30 }],
  ['2', { status: 'failed', rank: 40 }],
  ['3', { status: 'succeeded', rank: 50 }],
  ['4', { status: 'refunded', rank: 60 }],
]);
