import { tonderStatus } from '../statuses.js';
import {
  amountOf,
  instantOf,
  keyOf,
  kindOf,
  tellMovement,
  type Told,
  type TonderObject,
} from './tell-movement.js';

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
  return tellMovement(object, {
    kind: kindOf(object.text('operation_type')) ?? 'payment',
    status,
    occurredAt,
    amount: amountOf(object, 'amount'),
    parent: keyOf(object, 'transaction', object.text('original_transaction_id')),
  });
}
