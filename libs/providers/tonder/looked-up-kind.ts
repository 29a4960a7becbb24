import type { SubjectKind } from '#events/subject.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import { filledTextOf, type Facts } from '../facts.js';
import { kindOf } from './interpret/tell-movement.js';

/**
 * What an answer says that it is about; `silent` where it does not say. Null for a word that is not
 * documented.
 */
export function lookedUpKind(body: Facts, silent: PaymentKind): PaymentKind | null {
  const word = filledTextOf(body, 'operation_type');
  return word === null ? silent : kindOf(word);
}

/**
 * A withdrawal has one subject, whoever tells of it. As an answer about any other subject it would be
 * booked a second time: a body that nobody signed may name its id and call it a payment.
 */
export function isOfSubject(told: PaymentKind, subject: SubjectKind): boolean {
  return (told === 'withdrawal') === (subject === 'withdrawal');
}
