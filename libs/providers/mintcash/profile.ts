import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers } from '../fact-members.js';

export type MintCashProfile = Dated & {
  /**
   * Unit of amounts in webhooks. They show major units as JSON numbers (`49.99`) although the API
   * conventions speak of the smallest unit, so the unit is data.
   */
  readonly webhookAmounts: AmountFormat;
};

/** Append-only: an entry that the log has passed is never edited. */
export const MINTCASH_PROFILES: readonly MintCashProfile[] = [
  { effectiveFromMs: 0, webhookAmounts: { unit: 'major', exponents: EXPONENTS } },
];

/** Version of the member list below, as written into the envelope; raise it with every change. */
export const MINTCASH_WEBHOOK_VERSION = 1;

/**
 * Members of the payment event, documented and observed, of the refund in every form that the REST
 * API suggests (its webhook JSON is not documented), and of the subscription.
 */
export const MINTCASH_MEMBERS = factMembers({
  eventId: 'reference',
  event: 'word',
  type: 'word',
  apiVersion: 'word',
  environment: 'word',
  createdAt: 'instant',
  'data.id': 'reference',
  'data.externalId': 'identifier',
  'data.status': 'word',
  'data.amount': 'amount',
  'data.currency': 'word',
  'data.providerTransactionId': 'reference',
  'data.failureCode': 'word',
  'data.amountRefunded': 'amount',
  'data.amountRefundable': 'amount',
  'data.card.brand': 'word',
  'data.createdAt': 'instant',
  'data.updatedAt': 'instant',
  'data.paymentId': 'reference',
  'data.paymentAmountRefunded': 'amount',
  'data.paymentAmountRefundable': 'amount',
  'data.providerRefundId': 'reference',
  'data.refund.id': 'reference',
  'data.refund.externalId': 'reference',
  'data.refund.amount': 'amount',
  'data.refund.currency': 'word',
  'data.refund.status': 'word',
  'data.refund.paymentId': 'reference',
  'data.refund.providerRefundId': 'reference',
  'data.refund.failureCode': 'word',
  'data.payment.id': 'reference',
  'data.payment.externalId': 'identifier',
  'data.payment.status': 'word',
  'data.payment.amount': 'amount',
  'data.payment.currency': 'word',
  'data.payment.providerTransactionId': 'reference',
  'data.payment.failureCode': 'word',
  'data.payment.amountRefunded': 'amount',
  'data.payment.amountRefundable': 'amount',
  'data.payment.card.brand': 'word',
  'data.billingIntervalDays': 'integer',
  'data.currentPeriodStart': 'instant',
  'data.currentPeriodEnd': 'instant',
});
