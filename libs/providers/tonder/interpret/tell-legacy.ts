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

/** The legacy dashboard's shape; its `operation_date` has no zone. */
export function tellLegacy(object: TonderObject): Told | null {
  const status = tonderStatus(object.text('status') ?? object.text('transaction_status'));
  if (status === null) return null;
  return tellMovement(object, {
    kind: kindOf(object.text('transaction_type')) ?? 'payment',
    status,
    occurredAt: instantOf(object, 'operation_date'),
    amount: amountOf(object, 'amount'),
    parent: keyOf(object, 'legacy', object.text('related_transaction_reference')),
  });
}
