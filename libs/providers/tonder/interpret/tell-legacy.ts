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

/** The legacy dashboard's shape; its `operation_date` has no zone. */
export function tellLegacy(object: TonderObject): Told | null {
  const status = tonderStatus(object.text('status') ?? object.text('transaction_status'));
  if (status === null) return null;
  const kind = kindOf(object.text('transaction_type')) ?? 'payment';
  const occurredAt = instantOf(object, 'operation_date');
  const amount = amountOf(object);
  if (kind !== 'refund') {
    return tellMovement(object, { kind, status, occurredAt, amount, parent: null });
  }
  return tellRefund(object, {
    status,
    occurredAt,
    amount,
    id: object.text('transaction_reference'),
    original: object.text('related_transaction_reference'),
    subjectKind: 'legacy',
  });
}
