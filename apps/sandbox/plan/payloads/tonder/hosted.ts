import type { BookEntry } from '../../../books/book-object.js';
import { majorNumber } from '../../amount-text.js';
import { hostedPaymentId } from '../../object-ids.js';
import { latest, toldByBooks, type ToldObject } from '../told-object.js';

/**
 * Hosted Checkout: events of a session and of the payments tried in it. Our reference comes back in the
 * metadata alone. The docs spell the event's name `action` and, on another page, `event_type`.
 */
export function tonderHosted(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { event } = latest(told);
  if (object.kind === 'payment') return { event_type: event, data: paymentMembers(told) };
  const name = object.form === 'hosted-event-type' ? { event_type: event } : { action: event };
  return { ...name, type: 'checkout.hosted', data: sessionMembers(told) };
}

/** `GET /checkout/v1/sessions/{id}`. */
export function tonderSession(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  return sessionMembers(toldByBooks(entry, { environment, openedAs: 'pending' }));
}

/** `GET /checkout/v1/payments/{payment_id}`. */
export function tonderHostedPayment(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  return paymentMembers(toldByBooks(entry, { environment, openedAs: 'Pending' }));
}

const TRANSACTION_STATUSES: Readonly<Record<string, string>> = {
  pending: 'Pending',
  completed: 'Success',
  expired: 'Expired',
};

function sessionMembers(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { status, atMs } = latest(told);
  return {
    id: object.reference,
    url: `https://checkout.example/${object.reference}`,
    amount_total: majorNumber(object.amountMinor, object.exponent),
    currency: object.currency,
    status,
    payment_id: Number(hostedPaymentId(object.reference)),
    transaction_status: TRANSACTION_STATUSES[status] ?? 'Pending',
    ...(status === 'completed' ? { paid_at: atMs } : { created_at: object.createdAtMs }),
    customer: { first_name: 'Test', last_name: 'Buyer', email: 'payer@example.com' },
    metadata: { external_id: object.orderId },
  };
}

function paymentMembers(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { status, atMs } = latest(told);
  return {
    payment_id: Number(object.reference),
    session_id: object.related.session ?? null,
    status,
    amount: majorNumber(object.amountMinor, object.exponent),
    currency: object.currency,
    payment_method_type: 'card',
    created_at: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    card_details: { brand: 'mastercard', last4: '5555' },
    customer: { name: 'Test', email: 'payer@example.com' },
    metadata: { external_id: object.orderId },
  };
}
