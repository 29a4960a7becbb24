import type { BookEntry } from '../../../books/book-object.js';
import { majorNumber, numberOf, shortText } from '../../amount-text.js';
import { digestOf } from '../../seeded-random.js';
import { latest, toldByBooks, type ToldObject } from '../told-object.js';
import { microseconds } from './direct.js';

/** The Withdrawals API: the whole object at every change of status, with all that were before. */
export function tonderWithdrawal(told: ToldObject): Record<string, unknown> {
  const { object, history } = told;
  const { status, atMs } = latest(told);
  const changes = history.filter(({ event }) => event === 'withdrawal.status_changed');
  return {
    id: object.reference,
    user_id: '1',
    business_id: '21',
    currency: object.currency,
    amount: pythonNumber(object.amountMinor, object.exponent),
    status,
    account_data: {
      cuenta_beneficiario: '846180000400000001',
      institucion_contraparte: '97846',
      tipo_cuenta_beneficiario: 40,
    },
    status_changes: changes.map((change, index) => ({
      from_status: changes[index - 1]?.status ?? null,
      to_status: change.status,
      timestamp: microseconds(change.atMs),
      reason: `Changed to ${change.status}`,
    })),
    action: null,
    metadata: { order_id: object.orderId },
    created_at: microseconds(object.createdAtMs),
    modified_at: microseconds(atMs),
    provider_reference: status === 'PAID_FULL' ? digestOf(object.reference).slice(0, 8) : 'PENDING',
    transfer_method: object.method,
    fixed_fee: '3.5',
    tax: '16.0',
    fee_amount: null,
  };
}

/** A reversal by the bank: another shape, a lower-case status, another name for the id. */
export function tonderWithdrawalRefund(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { status, atMs } = latest(told);
  return {
    withdrawal_id: object.reference,
    status,
    amount: pythonNumber(object.amountMinor, object.exponent),
    currency: object.currency,
    provider_reference: digestOf(object.reference).slice(0, 8),
    created_at: `${new Date(object.createdAtMs).toISOString().slice(0, 19)}Z`,
    updated_at: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
  };
}

/** `GET /withdrawals/{id}/`. */
export function tonderWithdrawalDetail(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  const told = toldByBooks(entry, { environment, openedAs: 'PENDING' });
  return { ...tonderWithdrawal(told), status: latest(told).status.toUpperCase() };
}

/** `100.0`, and `1500.5`. */
function pythonNumber(minor: number, exponent: number): unknown {
  const text = shortText(minor, exponent);
  return text.includes('.') ? majorNumber(minor, exponent) : numberOf(`${text}.0`);
}
