import {
  attemptStatus,
  sessionStatus,
  TONDER_SESSION_EVENTS,
  type RankedStatus,
} from '../statuses.js';
import {
  amountOf,
  instantOf,
  tellMovement,
  type Movement,
  type Told,
  type TonderObject,
} from './tell-movement.js';

/**
 * Hosted Checkout: a session is the payment, and its tries to pay are events of it. A declined try
 * says nothing of the session, which the payer may still complete; one that succeeded is the
 * session's money.
 */
export function tellHosted(data: TonderObject, eventType: string): Told | null {
  if (eventType === 'payment.transaction') {
    const status = attemptStatus(data.text('status'));
    return tellSession(data, status, {
      isAmountGivenBack: status?.status === 'refunded',
      // Only a try's own event names it: the session's says how it ended, in whichever try.
      attempt: status?.status === 'succeeded' ? data.text('payment_id') : null,
    });
  }
  const word = TONDER_SESSION_EVENTS.get(eventType) ?? null;
  return tellSession(data, sessionStatus(word, data.text('transaction_status')));
}

/** The answer to `GET /checkout/v1/sessions/{id}`, with the members of its webhooks. */
export function tellLookedUpSession(session: TonderObject): Told | null {
  const { text } = session;
  return tellSession(session, sessionStatus(text('status'), text('transaction_status')));
}

function tellSession(
  session: TonderObject,
  status: RankedStatus | null,
  attempted: Pick<Movement, 'isAmountGivenBack' | 'attempt'> = {},
): Told | null {
  if (status === null) return null;
  const amount = amountOf(session, ['amount_total', 'amount'], session.profile.hostedAmounts);
  const occurredAt =
    status.status === 'succeeded'
      ? instantOf(session, 'paid_at')
      : status.status === 'pending'
        ? instantOf(session, 'created_at')
        : null;
  return tellMovement(session, {
    kind: 'payment',
    status,
    occurredAt,
    amount,
    parent: null,
    ...attempted,
  });
}
