import { majorNumber, majorText, numberOf } from '../../amount-text.js';
import { digestOf } from '../../seeded-random.js';
import { latest, type ToldObject } from '../told-object.js';

/**
 * The older nested shapes: with an event id, as the method pages still show it, and as the frictionless
 * guide does.
 */
export function tonderNested(
  told: ToldObject,
  form: 'nested' | 'nested-event' | 'confirmed',
): Record<string, unknown> {
  const { object, history } = told;
  const { event, status, atMs, step, amountMinor } = latest(told);
  if (form === 'confirmed') {
    return {
      event,
      data: {
        id: object.reference,
        transaction_status: status,
        amount: decimal(amountMinor, object.exponent),
        currency: object.currency,
        metadata: { order_id: object.orderId, concept: 'Frictionless deposit' },
      },
    };
  }
  const at = new Date(atMs).toISOString();
  const data = {
    id: object.reference,
    operation_type: 'payment',
    status,
    previous_status: history.at(-2)?.status ?? null,
    amount: decimal(amountMinor, object.exponent),
    currency: object.currency,
    merchant_reference: object.orderId,
    payment_method: object.method,
    ...(status === 'success' && { completed_at: at, authorization_code: 'AUTH123456' }),
  };
  if (form === 'nested-event') return { event, data };
  return {
    event_type: event,
    event_id: `evt_${digestOf(`${object.reference}/${step}`).slice(0, 20)}`,
    created_at: at,
    data,
  };
}

/** `150.00`: a number that keeps its decimals. */
function decimal(minor: number, exponent: number): unknown {
  return exponent === 0 ? majorNumber(minor, 0) : numberOf(majorText(minor, exponent));
}
