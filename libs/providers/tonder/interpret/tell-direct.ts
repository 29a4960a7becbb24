import { tonderStatus } from '../statuses.js';
import {
  amountOf,
  instantOf,
  keyOf,
  kindOf,
  tellMovement,
  tellOwnRefund,
  type Told,
  type TonderObject,
} from './tell-movement.js';

/**
 * The Direct API's flat shape. The event's name decides, because it is what the delivery dedupes
 * on: `<operation_type>_<Status>`, documented for payments and withdrawals and assumed for refunds.
 */
export function tellDirect(object: TonderObject): Told | null {
  const operation = kindOf(object.text('operation_type'));
  const [, prefix = null, word = null] = EVENT.exec(object.text('event_type') ?? '') ?? [];
  const named = kindOf(prefix);
  const status = tonderStatus(word);
  if (operation === null || named === null || status === null) return null;
  const amount = amountOf(object, 'amount');
  // `created` is the transaction's, the same in every delivery: it dates the first status alone.
  const occurredAt =
    status.status === 'pending' ? instantOf(object, 'created') : instantOf(object, 'updated_at');
  const original = object.text('original_transaction_id');
  const isOfPayment = operation === 'refund' && original === object.text('id');
  if (isOfPayment || (operation === 'payment' && named === 'refund')) {
    return tellOwnRefund(object, { status, occurredAt, amount });
  }
  return tellMovement(object, {
    kind: operation,
    status,
    occurredAt,
    amount,
    parent: keyOf(object, 'transaction', original),
  });
}

const EVENT = /^([^_]+)_(.+)$/;
