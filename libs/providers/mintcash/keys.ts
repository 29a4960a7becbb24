import { noKeys, type DeliveryKeys } from '../delivery-keys.js';
import { filledTextOf, firstTextOf, type Facts } from '../facts.js';

/**
 * MintCash: `payment/{id}` (a refund by its payment's id) or `subscription/{id}`; deduped by
 * `eventId`, which is stable over retries (MintCash webhooks page).
 */
export function mintcashKeys(body: Facts): DeliveryKeys {
  const eventType = filledTextOf(body, 'event');
  if (eventType === null) return noKeys;
  const dedupeId = filledTextOf(body, 'eventId');
  const [entity] = eventType.split('.');
  if (entity === 'subscription') {
    const reference = filledTextOf(body, 'data.id');
    const subject = reference === null ? null : { kind: 'subscription' as const, reference };
    return { subject, eventType, dedupeId };
  }
  if (entity !== 'payment' && entity !== 'refund') return { subject: null, eventType, dedupeId };
  const reference = firstTextOf(body, ...PAYMENT_ID_PATHS);
  return {
    subject: reference === null ? null : { kind: 'payment', reference },
    eventType,
    dedupeId,
  };
}

/**
 * Where a refund may carry its payment's id (its JSON is not documented), then the payment's
 * own.
 */
const PAYMENT_ID_PATHS = ['data.payment.id', 'data.refund.paymentId', 'data.paymentId', 'data.id'];
