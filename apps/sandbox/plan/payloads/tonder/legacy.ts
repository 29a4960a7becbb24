import { majorNumber } from '../../amount-text.js';
import { latest, type ToldObject } from '../told-object.js';

/** The shape of the legacy dashboard and SDK. */
export function tonderLegacy(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { status, amountMinor, atMs } = latest(told);
  return {
    transaction_reference: object.reference,
    status,
    transaction_status: status,
    amount: majorNumber(amountMinor, object.exponent),
    currency: object.currency,
    operation_date: new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
    transaction_type: 'PAYMENT',
    provider: 'tonder',
    response: { payer: { email: 'payer@example.com', name: 'Test Buyer' } },
    related_transaction_reference: null,
    metadata: { order_id: object.orderId },
  };
}
