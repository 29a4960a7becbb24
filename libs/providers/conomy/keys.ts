import { joinDedupeId, noKeys, type DeliveryKeys } from '../delivery-keys.js';
import { filledTextOf, firstTextOf, type Facts } from '../facts.js';

/**
 * Conomy: `transaction/{id}` deduped by id and status, or `customer/{id}` by id and timestamp. The
 * event name is part of every dedupe scope, so `transaction.status_changed` and the specific event
 * that fires beside it are two events about one state.
 */
export function conomyKeys(body: Facts): DeliveryKeys {
  const eventType = firstTextOf(body, 'eventType', 'event');
  const transactionId = firstTextOf(body, 'transaction.id', 'data.transaction.id');
  if (transactionId !== null) {
    const status = firstTextOf(body, 'transaction.status', 'data.transaction.status');
    return {
      subject: { kind: 'transaction', reference: transactionId },
      eventType,
      dedupeId: status === null ? null : joinDedupeId(transactionId, status),
    };
  }
  const customerId = firstTextOf(body, 'customer.id', 'data.customer.id');
  if (customerId === null) return { ...noKeys, eventType };
  const timestamp = filledTextOf(body, 'timestamp');
  return {
    subject: { kind: 'customer', reference: customerId },
    eventType,
    dedupeId: timestamp === null ? null : joinDedupeId(customerId, timestamp),
  };
}
