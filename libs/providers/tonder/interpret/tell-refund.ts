import type { SubjectKind } from '#events/subject.js';
import { refundStatusOf } from '#ledger/payment/payment-kind.js';
import { refundedPaymentStatus } from '../statuses.js';
import {
  keyOf,
  tellMovement,
  type Movement,
  type Told,
  type TonderObject,
} from './tell-movement.js';

type Refund = Pick<Movement, 'status' | 'occurredAt' | 'amount'> & {
  /** Id of the transaction that the event is about. */
  readonly id: string | null;
  /** Id of the transaction that is given back. */
  readonly original: string | null;
  /** Kind of subject of both. */
  readonly subjectKind: SubjectKind;
};

/**
 * A refund is a subject of its own only where it names another transaction that it gives back. What a
 * subject is it stays for ever, so one that names none, or itself, must not turn a payment into it.
 */
export function tellRefund(object: TonderObject, refund: Refund): Told {
  const { id, original, subjectKind, status, occurredAt, amount } = refund;
  if (original === null || original === id) return tellOwnRefund(object, refund);
  const refundId = object.text('refund_id');
  return tellMovement(object, {
    kind: 'refund',
    status,
    occurredAt,
    amount,
    parent: keyOf(object, subjectKind, original),
    // Its payment may tell of it by this id. The amount is the subject's own.
    refund:
      refundId === null
        ? null
        : { refundId, status: refundStatusOf(status.status), amount: null, failureCode: null },
  });
}

/**
 * A refund that is told of its payment, not as a transaction of its own. It states neither what was
 * paid nor for which order: its reference is the refund's.
 */
export function tellOwnRefund(
  object: TonderObject,
  { id, status, occurredAt, amount }: Omit<Refund, 'original' | 'subjectKind'>,
): Told {
  const outcome = refundStatusOf(status.status);
  const refundId = object.text('refund_id') ?? id;
  return tellMovement(
    { ...object, isAttributed: false },
    {
      kind: 'payment',
      status: refundedPaymentStatus(outcome),
      occurredAt,
      amount,
      isAmountGivenBack: true,
      parent: null,
      refund:
        refundId === null
          ? null
          : {
              refundId,
              status: outcome,
              amount: amount.money,
              failureCode: outcome === 'failed' ? object.text('decline_code') : null,
            },
    },
  );
}
