import type { SubscriptionStatus } from '#ledger/subscription/subscription.js';
import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers, type MemberShapes } from '../fact-members.js';

export type MintCashProfile = Dated & {
  /**
   * Unit of amounts in webhooks. They show major units as JSON numbers (`49.99`) although the API
   * conventions speak of the smallest unit, so the unit is data.
   */
  readonly webhookAmounts: AmountFormat;
  /** Unit of amounts in answers to lookups, which are shown in major units too. */
  readonly answerAmounts: AmountFormat;
  /**
   * The state that an event of a charge of a subscription stands for, where its data names none.
   * Their names are written in two ways, and a failed charge is not the end: the state machine
   * knows `failed` as a state of its own, before the first charge went through.
   */
  readonly subscriptionStates: Readonly<Record<string, SubscriptionStatus>>;
};

/** Append-only: an entry that the log has passed is never edited. */
export const MINTCASH_PROFILES: readonly MintCashProfile[] = [
  {
    effectiveFromMs: 0,
    webhookAmounts: { unit: 'major', exponents: EXPONENTS },
    answerAmounts: { unit: 'major', exponents: EXPONENTS },
    subscriptionStates: {
      succeeded: 'active',
      payment_succeeded: 'active',
      failed: 'past_due',
      payment_failed: 'past_due',
    },
  },
];

/** Versions of the member lists below, as written into the envelope; raise them with every change. */
export const MINTCASH_WEBHOOK_VERSION = 1;
export const MINTCASH_LOOKUP_VERSION = 1;

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

const PAYMENT: MemberShapes = {
  id: 'reference',
  externalId: 'identifier',
  status: 'word',
  amount: 'amount',
  currency: 'word',
  providerTransactionId: 'reference',
  failureCode: 'word',
  amountRefunded: 'amount',
  amountRefundable: 'amount',
  'card.brand': 'word',
  createdAt: 'instant',
  updatedAt: 'instant',
};

/**
 * Members of the answers to `GET /payments/{id}` (the guides have the payment in a member of that
 * name), to `GET /subscriptions/{id}`, and of an error.
 */
export const MINTCASH_LOOKUP_MEMBERS = factMembers(
  {
    ...PAYMENT,
    ...Object.fromEntries(
      Object.entries(PAYMENT).map(([path, shape]) => [`payment.${path}`, shape] as const),
    ),
    billingIntervalDays: 'integer',
    currentPeriodStart: 'instant',
    currentPeriodEnd: 'instant',
    code: 'word',
    'details.requestId': 'word',
  },
  ['status'],
);
