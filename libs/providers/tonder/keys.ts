import { joinDedupeId, noKeys, type DeliveryKeys } from '../delivery-keys.js';
import type { MemberShapes } from '../fact-members.js';
import { filledTextOf, firstTextOf, type Facts } from '../facts.js';

/** The members that decide a Tonder delivery's shape and keys; `profile.ts` adds the others. */
export const TONDER_KEY_SHAPES = {
  id: 'reference',
  operation_type: 'word',
  event_type: 'word',
  event: 'word',
  event_id: 'reference',
  action: 'word',
  type: 'word',
  status: 'word',
  withdrawal_id: 'reference',
  status_changes: 'list',
  modified_at: 'instant',
  updated_at: 'instant',
  transaction_reference: 'reference',
  'data.id': 'reference',
  'data.operation_type': 'word',
  'data.status': 'word',
  'data.transaction_status': 'word',
  'data.session_id': 'reference',
  'data.payment_id': 'reference',
} as const satisfies MemberShapes;

export type TonderShape = 'direct' | 'nested' | 'hosted' | 'withdrawal' | 'legacy';

const NESTED_EVENTS: readonly (string | null)[] = ['payment.status_changed', 'confirmed'];

/**
 * Which of Tonder's products sent this, told by the members. The order matters: the older nested
 * shape also has `event_type` and `data`, so it is tested before the hosted one.
 */
export function tonderShape(body: Facts): TonderShape | null {
  const has = (path: string): boolean => body.has(path);
  if (has('operation_type') && has('event_type')) return 'direct';
  const hasData = [...body.keys()].some((path) => path.startsWith('data.'));
  const isNestedEvent = NESTED_EVENTS.includes(filledTextOf(body, 'event'));
  if (hasData && (has('event_id') || isNestedEvent)) return 'nested';
  const action = firstTextOf(body, 'action', 'event_type') ?? '';
  const isHosted =
    filledTextOf(body, 'type') === 'checkout.hosted' ||
    action.startsWith('session.') ||
    action === 'payment.transaction';
  if (isHosted) return 'hosted';
  if (has('status_changes') || has('withdrawal_id')) return 'withdrawal';
  return has('transaction_reference') ? 'legacy' : null;
}

/** Tonder: see each shape below. A `dedupeId` of null leaves it to the body's digest. */
export function tonderKeys(body: Facts): DeliveryKeys {
  const keys = keysByShape(body);
  // A path cannot carry these two, however encoded, so such a subject could never be looked up.
  const isPath = keys.subject?.reference === '.' || keys.subject?.reference === '..';
  return isPath ? { ...noKeys, eventType: keys.eventType } : keys;
}

function keysByShape(body: Facts): DeliveryKeys {
  switch (tonderShape(body)) {
    case 'direct':
      return directKeys(body);
    case 'nested':
      return nestedKeys(body);
    case 'hosted':
      return hostedKeys(body);
    case 'withdrawal':
      return withdrawalKeys(body);
    case 'legacy':
      return legacyKeys(body);
    case null:
      return noKeys;
  }
}

/**
 * `id` is the transaction's, the same for Pending and Success: only the event type tells them
 * apart.
 */
function directKeys(body: Facts): DeliveryKeys {
  const id = filledTextOf(body, 'id');
  const eventType = filledTextOf(body, 'event_type');
  return {
    subject: operationSubject(id, filledTextOf(body, 'operation_type')),
    eventType,
    dedupeId: id === null ? null : joinDedupeId(id, eventType),
  };
}

function nestedKeys(body: Facts): DeliveryKeys {
  const id = filledTextOf(body, 'data.id');
  const status = firstTextOf(body, 'data.status', 'data.transaction_status');
  const eventId = filledTextOf(body, 'event_id');
  const fallback = id === null || status === null ? null : joinDedupeId(id, status);
  return {
    subject: operationSubject(id, filledTextOf(body, 'data.operation_type')),
    eventType: firstTextOf(body, 'event_type', 'event'),
    dedupeId: eventId ?? fallback,
  };
}

function hostedKeys(body: Facts): DeliveryKeys {
  const eventType = firstTextOf(body, 'action', 'event_type');
  const sessionId = firstTextOf(body, 'data.session_id', 'data.id');
  if (sessionId === null) return { ...noKeys, eventType };
  const paymentId = filledTextOf(body, 'data.payment_id');
  return {
    subject: { kind: 'session', reference: sessionId },
    eventType,
    dedupeId: joinDedupeId(sessionId, paymentId, eventType, filledTextOf(body, 'data.status')),
  };
}

/**
 * The body has no event name; the provider's own, of the header that it may send, stands for
 * it.
 */
function withdrawalKeys(body: Facts): DeliveryKeys {
  const eventType = 'withdrawal.status_changed';
  const id = firstTextOf(body, 'id', 'withdrawal_id');
  if (id === null) return { ...noKeys, eventType };
  const changedAt = firstTextOf(body, 'modified_at', 'updated_at');
  const status = filledTextOf(body, 'status');
  return {
    subject: { kind: 'withdrawal', reference: id },
    eventType,
    dedupeId: status === null || changedAt === null ? null : joinDedupeId(id, status, changedAt),
  };
}

function legacyKeys(body: Facts): DeliveryKeys {
  const reference = filledTextOf(body, 'transaction_reference');
  const status = filledTextOf(body, 'status');
  if (reference === null) return { ...noKeys, eventType: 'legacy' };
  return {
    subject: { kind: 'legacy', reference },
    eventType: 'legacy',
    dedupeId: status === null ? null : joinDedupeId(reference, status),
  };
}

function operationSubject(id: string | null, operation: string | null): DeliveryKeys['subject'] {
  if (id === null) return null;
  const isWithdrawal = operation?.toLowerCase() === 'withdrawal';
  return { kind: isWithdrawal ? 'withdrawal' : 'transaction', reference: id };
}
