import type { BookEntry, BookObject, Happening } from '../../books/book-object.js';
import { majorNumber } from '../amount-text.js';
import { digestOf, uuidFrom } from '../seeded-random.js';
import { latest, toldByBooks, type ToldObject } from './told-object.js';

/**
 * The body of a MintCash webhook, in the documented form or in the one seen in real test deliveries
 * ("MintCash payment event"). A refund and a subscription are not documented: they are told in the
 * members of their REST resources. Personal-looking members are placeholders, so that redaction has
 * something to do.
 */
export function mintcashEvent(told: ToldObject): Record<string, unknown> {
  const { object, environment } = told;
  const happening = latest(told);
  const type = object.kind === 'subscription' ? 'subscription' : happening.details['type'];
  return {
    eventId: uuidFrom(`event/${object.reference}/${happening.event}/${happening.step}`),
    event: happening.event,
    type: type ?? 'payment',
    apiVersion: '2026-05-01',
    environment,
    createdAt: new Date(happening.atMs).toISOString(),
    data:
      object.kind === 'subscription'
        ? subscriptionMembers(told)
        : { ...paymentMembers(object, happening), ...refundMember(told) },
  };
}

/** `GET /payments/{id}`. */
export function mintcashPayment({ object, history }: BookEntry): Record<string, unknown> {
  const { exponent, reference } = object;
  const refundedMinor = history.at(-1)?.refundedMinor ?? 0;
  return {
    amount: majorNumber(object.amountMinor, exponent),
    amountRefundable: majorNumber(object.amountMinor - refundedMinor, exponent),
    amountRefunded: majorNumber(refundedMinor, exponent),
    createdAt: new Date(object.createdAtMs).toISOString(),
    currency: object.currency,
    externalId: object.orderId,
    id: reference,
    providerTransactionId: transactionId(reference),
    redirectUrl: `https://checkout.example/${reference}`,
    status: history.at(-1)?.status ?? 'created',
  };
}

/** `GET /subscriptions/{id}`. */
export function mintcashSubscription(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  return subscriptionMembers(toldByBooks(entry, { environment, openedAs: 'created' }));
}

function paymentMembers(object: BookObject, happening: Happening): Record<string, unknown> {
  const { exponent, reference } = object;
  const failureCode = happening.details['failureCode'] ?? null;
  return {
    id: reference,
    externalId: object.orderId,
    status: happening.status,
    amount: majorNumber(object.amountMinor, exponent),
    currency: object.currency,
    providerTransactionId: transactionId(reference),
    failureCode,
    failureMessage: failureCode === null ? null : 'The payment failed.',
    amountRefunded: majorNumber(happening.refundedMinor, exponent),
    amountRefundable: majorNumber(object.amountMinor - happening.refundedMinor, exponent),
    ...(object.form === 'documented'
      ? documentedMembers(object, happening)
      : originalMembers(object)),
  };
}

/** Beside its payment where the delivery is of the type `refund`, or tells of a refund that failed. */
function refundMember(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { event, details, step, amountMinor } = latest(told);
  const isFailed = event === 'payment.refund_failed';
  if (details['type'] !== 'refund' && !isFailed) return {};
  const id = uuidFrom(`refund/${object.reference}/${step}`);
  return {
    refund: {
      id,
      externalId: `${object.orderId}-refund-${step}`,
      amount: majorNumber(amountMinor, object.exponent),
      currency: object.currency,
      status: isFailed ? 'failed' : 'succeeded',
      paymentId: object.reference,
      providerRefundId: `cpr_${digestOf(id).slice(0, 16)}`,
      failureCode: isFailed ? 'provider_error' : null,
      failureMessage: isFailed ? 'The refund failed.' : null,
    },
  };
}

const BILLING_INTERVAL_DAYS = 30;
const DAY_MS = 86_400_000;

function subscriptionMembers(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const happening = latest(told);
  // The period begins anew with every charge that works.
  const charged = told.history.filter(({ status }) => status === 'active').at(-1);
  const startMs = charged?.atMs ?? object.createdAtMs;
  return {
    id: object.reference,
    externalId: object.orderId,
    status: happening.status,
    amount: majorNumber(object.amountMinor, object.exponent),
    currency: object.currency,
    billingIntervalDays: BILLING_INTERVAL_DAYS,
    currentPeriodStart: new Date(startMs).toISOString(),
    currentPeriodEnd: new Date(startMs + BILLING_INTERVAL_DAYS * DAY_MS).toISOString(),
    createdAt: new Date(object.createdAtMs).toISOString(),
  };
}

function transactionId(reference: string): string {
  return `cpi_${digestOf(reference).slice(0, 16)}`;
}

function documentedMembers(object: BookObject, happening: Happening): Record<string, unknown> {
  const customer = digestOf(object.orderId).slice(0, 10);
  return {
    customer: {
      id: `cust_${customer}`,
      externalId: `customer-${customer}`,
      email: 'buyer@example.com',
      name: 'Test Buyer',
      phone: '+15551234567',
    },
    billingAddress: {
      country: 'US',
      postalCode: '10001',
      name: 'Test Buyer',
      line1: '1 Example Ave',
      line2: null,
      city: 'New York',
      state: 'NY',
    },
    card: { brand: object.method, last4: '0000', expMonth: 12, expYear: 2030 },
    cardToken: `tok_${customer}`,
    createdAt: new Date(object.createdAtMs).toISOString(),
    updatedAt: new Date(happening.atMs).toISOString(),
  };
}

function originalMembers(object: BookObject): Record<string, unknown> {
  return {
    customer: {
      id: uuidFrom(`customer/${object.orderId}`),
      externalId: 'customer-1',
      email: 'x@example.com',
      name: 'Demo',
      phone: null,
    },
    billingAddress: {
      country: 'GB',
      postalCode: 'SW1A 1AA',
      name: null,
      line1: null,
      line2: null,
      city: null,
      state: null,
    },
    card: {
      brand: object.method,
      first6: '551928',
      last4: '0000',
      mask: '551928******0000',
      expMonth: '03',
      expYear: '31',
    },
  };
}
