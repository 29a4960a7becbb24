import type { PlayedProvider, Step } from './scenario.js';

/** The provider's own status after an event, where the step does not state it. */
export function statusAfter(provider: PlayedProvider, { event, status }: Step): string {
  if (status !== undefined) return status;
  switch (provider) {
    case 'cobru':
      return event.slice('state.'.length);
    case 'conomy':
      return CONOMY[event] ?? event.slice(event.lastIndexOf('.') + 1).toUpperCase();
    case 'mintcash':
      // A refund that failed leaves the payment as it was.
      return MINTCASH[event] ?? event.slice(event.lastIndexOf('.') + 1);
    case 'tonder':
      return TONDER[event] ?? event.slice(event.indexOf('_') + 1);
  }
}

const CONOMY: Readonly<Record<string, string>> = {
  'payment.requiresReview': 'REQUIRES_REVIEW',
  'payment.reviewApproved': 'CAPTURED',
  'payment.reviewRejected': 'FAILED',
  'payment.refund.created': 'CREATED',
  'purchase.attempted': 'ATTEMPT',
  'purchase.pendingAssignment': 'PENDING',
  'purchase.underpaid': 'RECEIVED',
  'purchase.overpaid': 'RECEIVED',
  'customer.levelChanged': 'BASIC',
};

const MINTCASH: Readonly<Record<string, string>> = {
  'payment.refund_failed': 'succeeded',
  'subscription.succeeded': 'active',
  'subscription.payment_succeeded': 'active',
  'subscription.failed': 'past_due',
  'subscription.payment_failed': 'past_due',
};

const TONDER: Readonly<Record<string, string>> = {
  'session.created': 'pending',
  'session.completed': 'completed',
  'session.expired': 'expired',
};
