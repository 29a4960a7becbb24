import { tonderStatus } from '../statuses.js';
import {
  amountOf,
  instantOf,
  kindOf,
  tellMovement,
  type Told,
  type TonderObject,
} from './tell-movement.js';
import { tellRefund } from './tell-refund.js';

/** The answer to `GET /transactions/{id}/`. */
export function tellTransaction(object: TonderObject): Told | null {
  const status = tonderStatus(object.text('status'));
  if (status === null) return null;
  const occurredAt =
    status.status === 'succeeded'
      ? instantOf(object, 'completion_details.completed_at', 'updated_at')
      : status.status === 'pending'
        ? instantOf(object, 'created_at', 'created')
        : instantOf(object, 'updated_at');
  const amount = amountOf(object);
  const kind = kindOf(object.text('operation_type')) ?? 'payment';
  if (kind !== 'refund') {
    return tellMovement(object, { kind, status, occurredAt, amount, parent: null });
  }
  return tellRefund(object, {
    status,
    occurredAt,
    amount,
    id: object.text('id'),
    original: object.text('original_transaction_id'),
    subjectKind: 'transaction',
  });
}
