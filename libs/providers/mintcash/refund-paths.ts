import { filledTextOf, type Facts } from '../facts.js';
import { MINTCASH_REFUND_EVENTS, ownEntry } from './statuses.js';

export type RefundPaths = {
  /** Where the payment's members are; null where only the refund's are there. */
  readonly payment: 'data' | 'data.payment' | null;
  /** Where the refund's record is; null where there is none. */
  readonly refund: 'data' | 'data.refund' | null;
};

/**
 * Where an event has its payment and its refund. The JSON of a refund is not documented: `data` may
 * be the payment with a `refund` in it, hold both side by side, or be the refund itself as the REST
 * answer is, whose `externalId` then names the refund and no order.
 *
 * Null for a refund's own record that does not name its payment: its `id` is no payment's.
 */
export function refundPaths(body: Facts, eventType: string): RefundPaths | null {
  const has = (path: string): boolean => filledTextOf(body, path) !== null;
  const isAboutRefund = ownEntry(MINTCASH_REFUND_EVENTS, eventType) !== null;
  const record = has('data.refund.id') ? 'data.refund' : null;
  const bare = isAboutRefund && has('data.id') ? 'data' : null;
  if (has('data.payment.id')) return { payment: 'data.payment', refund: record ?? bare };
  if (has('data.paymentId')) return { payment: null, refund: record ?? bare };
  if (record !== null || !isAboutRefund) return { payment: 'data', refund: record };
  const isRefund =
    has('data.providerRefundId') ||
    (eventType.startsWith('refund.') && !PAYMENT_MARKS.some((name) => has(`data.${name}`)));
  return isRefund ? null : { payment: 'data', refund: null };
}

/** Members that a payment has and a refund has not. */
const PAYMENT_MARKS = ['amountRefunded', 'amountRefundable', 'providerTransactionId'];
