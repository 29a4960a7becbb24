import { uuidV5 } from './uuid.js';

/**
 * The id of a payment, a subscription, a customer follows from its subject key, so every replay and
 * every process finds the same.
 */
export function subjectIdOf(subjectKey: string): string {
  return uuidV5(`payment/${subjectKey}`);
}

export function settlementIdOf(account: string, batch: string): string {
  return uuidV5(`settlement/${account}/${batch}`);
}

export function refundIdOf(subjectKey: string, reference: string): string {
  return uuidV5(`refund/${subjectKey}/${reference}`);
}

/**
 * The dedupe key (account, subject, eventType, id) as an id; the subject key carries the account.
 * Untrusted deliveries dedupe in a scope of their own: they can never shadow a trusted event.
 */
export function eventIdOf(
  subjectKey: string,
  event: {
    readonly scope: 'trusted' | 'untrusted';
    readonly eventType: string;
    readonly dedupeId: string;
  },
): string {
  return uuidV5(
    `event/${JSON.stringify([event.scope, subjectKey, event.eventType, event.dedupeId])}`,
  );
}
