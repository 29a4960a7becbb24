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

/** The older shape's events; each of them is told by the status in `data`. */
export const TONDER_NESTED_EVENTS: readonly string[] = [
  'transaction.status_changed',
  'payment.status_changed',
  'confirmed',
];

/** The older shape, with everything in `data`; its event's own time stands outside. */
export function tellNested(
  data: TonderObject,
  { eventType, sentAt }: { readonly eventType: string; readonly sentAt: string | null },
): Told | null {
  const status = tonderStatus(data.text('status') ?? data.text('transaction_status'));
  if (!TONDER_NESTED_EVENTS.includes(eventType) || status === null) return null;
  const amount = amountOf(data);
  const changedAt = sentAt ?? instantOf(data, 'updated_at');
  const occurredAt =
    status.status === 'succeeded'
      ? (instantOf(data, 'completed_at') ?? changedAt)
      : status.status === 'pending'
        ? (instantOf(data, 'created_at') ?? changedAt)
        : changedAt;
  const kind = kindOf(data.text('operation_type')) ?? 'payment';
  if (kind !== 'refund') {
    return tellMovement(data, { kind, status, occurredAt, amount, parent: null });
  }
  return tellRefund(data, {
    status,
    occurredAt,
    amount,
    id: data.text('id'),
    original: data.text('original_transaction_id'),
    subjectKind: 'transaction',
  });
}
