import { tonderStatus } from '../statuses.js';
import {
  amountOf,
  instantOf,
  kindOf,
  tellMovement,
  type Told,
  type TonderObject,
} from './tell-movement.js';
import { tellOwnRefund, tellRefund } from './tell-refund.js';

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
  if ((operation === 'withdrawal') !== (named === 'withdrawal')) return null;
  const amount = amountOf(object);
  // `created` is the transaction's, the same in every delivery: it dates the first status alone.
  const occurredAt =
    status.status === 'pending' ? instantOf(object, 'created') : instantOf(object, 'updated_at');
  const id = object.text('id');
  if (operation === 'refund') {
    const original = object.text('original_transaction_id');
    const subjectKind = 'transaction';
    return tellRefund(object, { status, occurredAt, amount, id, original, subjectKind });
  }
  if (operation === 'payment' && named === 'refund') {
    return tellOwnRefund(object, { status, occurredAt, amount, id });
  }
  return tellMovement(object, { kind: operation, status, occurredAt, amount, parent: null });
}

const EVENT = /^([^_]+)_(.+)$/;
