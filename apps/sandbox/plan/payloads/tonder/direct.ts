import type { BookEntry, BookObject } from '../../../books/book-object.js';
import { majorNumber, shortText } from '../../amount-text.js';
import { numberFrom } from '../../object-ids.js';
import { latest, type ToldObject } from '../told-object.js';

/**
 * The flat shape of the Direct API ("Tonder webhooks, direct integration"): `id` is the transaction's,
 * the same in every notice; the amount is text.
 */
export function tonderDirect(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { event, status, amountMinor, details } = latest(told);
  const isWithdrawal = object.kind === 'withdrawal';
  const isRefund = object.kind === 'refund';
  const { decline_code: declineCode, ...metadata } = details;
  // Nobody asked for an unsolicited deposit, and a refund is asked for without a reference.
  const isOurs = details['concept'] === undefined && !isRefund;
  return {
    id: object.reference,
    operation_type: operationOf(object),
    amount: shortText(amountMinor, object.exponent),
    currency: object.currency,
    ...(isOurs && { client_reference: object.orderId }),
    status,
    ...(isRefund && { original_transaction_id: object.related.payment }),
    ...(declineCode !== undefined && {
      decline_code: declineCode,
      decline_reason: 'Declined by the bank',
    }),
    provider: isWithdrawal ? 'STP' : 'tonder',
    ...(isWithdrawal
      ? { transfer_method_type: object.method }
      : { transaction_id: numberFrom(object.reference), payment_method_type: object.method }),
    // When the transaction was made, in every notice the same.
    created: microseconds(object.createdAtMs),
    metadata: {
      ...(isWithdrawal && { beneficiary_rfc: 'XXXX000000XX0' }),
      ...(isOurs && !isWithdrawal && { order_id: object.orderId }),
      ...metadata,
      ...(details['mismatched_deposit'] !== undefined && {
        original_expected_amount: shortText(object.amountMinor, object.exponent),
      }),
    },
    event_type: event,
    action: 'MODIFY',
  };
}

/** `GET /transactions/{id}/`: lower case, a number, `merchant_reference`. */
export function tonderTransaction({ object, history }: BookEntry): Record<string, unknown> {
  const last = history.at(-1);
  const status = last?.status.toLowerCase() ?? 'pending';
  return {
    id: object.reference,
    operation_type: operationOf(object),
    status,
    ...(object.kind === 'refund' && { original_transaction_id: object.related.payment }),
    amount: majorNumber(last?.amountMinor ?? object.amountMinor, object.exponent),
    currency: object.currency,
    merchant_reference: last?.details['concept'] === undefined ? object.orderId : null,
    payment_method: object.method,
    created_at: new Date(object.createdAtMs).toISOString(),
    updated_at: new Date(last?.atMs ?? object.createdAtMs).toISOString(),
    ...(status === 'success' && {
      completion_details: {
        completed_at: new Date(last?.atMs ?? object.createdAtMs).toISOString(),
        authorization_code: 'AUTH123456',
      },
    }),
  };
}

function operationOf({ kind }: BookObject): string {
  return kind === 'withdrawal' || kind === 'refund' ? kind : 'payment';
}

/** `2026-05-21T19:15:32.029000Z`, as Python writes it. */
export function microseconds(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
