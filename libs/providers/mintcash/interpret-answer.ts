import type { Observation } from '#events/observation.js';
import { parseSubjectKey, type Subject } from '#events/subject.js';
import { filledTextOf, readFacts, type Facts } from '../facts.js';
import type { Interpretation, ProviderEvent } from '../provider.js';
import { paymentDetails } from './interpret-payment.js';
import { subscriptionDetails } from './interpret-subscription.js';
import { readerAt } from './object-reader.js';
import { MINTCASH_LOOKUP_MEMBERS, type MintCashProfile } from './profile.js';
import { MINTCASH_STATUSES, MINTCASH_SUBSCRIPTION_STATUSES, ownEntry } from './statuses.js';

/** What `GET /payments/{id}` or `GET /subscriptions/{id}` answered. */
export function interpretAnswer(
  observation: Observation,
  profile: MintCashProfile,
): Interpretation {
  const { body, query } = readFacts(observation.value, MINTCASH_LOOKUP_MEMBERS.valueTree);
  const subject = parseSubjectKey(observation.subject);
  const base = { eventType: 'lookup', dedupeId: observation.id, providerEventId: null };
  if (body === null) {
    if (filledTextOf(query, 'status') !== '404') return { ignored: 'unreadable-body' };
    // What is gone tells nothing of a subscription; of a payment it clears a claim.
    if (subject.kind !== 'payment') return { ignored: 'not-found' };
    const nothing = { orderId: null, occurredAt: null, references: [] };
    return { event: { ...base, ...nothing, tells: { about: 'payment', fact: null } } };
  }
  if (!isAnswerAbout(body, subject)) return { ignored: 'other-subject' };
  const askedAt = new Date(observation.lookup?.askedAtMs ?? observation.receivedAtMs);
  const told =
    subject.kind === 'payment'
      ? answerOfPayment(body, profile)
      : answerOfSubscription(body, { profile, askedAt: askedAt.toISOString() });
  return told === null ? { ignored: 'unknown-status' } : { event: { ...base, ...told } };
}

/** Does the answer name what was asked for, in a status that we know? */
export function isKnownAnswer(body: Facts, subject: Pick<Subject, 'kind' | 'reference'>): boolean {
  const table = subject.kind === 'payment' ? MINTCASH_STATUSES : MINTCASH_SUBSCRIPTION_STATUSES;
  const status = filledTextOf(body, `${prefixOf(body, subject.kind)}status`);
  return isAnswerAbout(body, subject) && ownEntry<unknown>(table, status) !== null;
}

function isAnswerAbout(
  body: Facts,
  { kind, reference }: Pick<Subject, 'kind' | 'reference'>,
): boolean {
  return filledTextOf(body, `${prefixOf(body, kind)}id`) === reference;
}

/** The API page has the payment's members at the top, the guides in `payment`. */
function prefixOf(body: Facts, kind: Subject['kind']): '' | 'payment.' {
  return kind === 'payment' && filledTextOf(body, 'payment.id') !== null ? 'payment.' : '';
}

type Answered = Pick<ProviderEvent, 'orderId' | 'occurredAt' | 'references' | 'tells'>;

function answerOfPayment(body: Facts, { answerAmounts }: MintCashProfile): Answered | null {
  const at = prefixOf(body, 'payment') === '' ? null : 'payment';
  const payment = readerAt(body, at, { amounts: answerAmounts });
  const status = ownEntry(MINTCASH_STATUSES, payment.text('status'));
  if (status === null) return null;
  const occurredAt = payment.instant('updatedAt') ?? payment.instant('createdAt');
  const whole = status.status === 'refunded' ? payment.amount('amount') : null;
  const refundedTotal = payment.amount('amountRefunded') ?? whole;
  const fact = { ...paymentDetails(payment, status), occurredAt, refundedTotal };
  const transaction = payment.text('providerTransactionId');
  return {
    orderId: fact.orderId,
    occurredAt,
    references: transaction === null ? [] : [transaction],
    tells: { about: 'payment', fact },
  };
}

/** An answer is as new as its question: its own dates are of the period, not of the state. */
function answerOfSubscription(
  body: Facts,
  { profile, askedAt }: { readonly profile: MintCashProfile; readonly askedAt: string },
): Answered | null {
  const data = readerAt(body, null, { amounts: profile.answerAmounts });
  const status = ownEntry(MINTCASH_SUBSCRIPTION_STATUSES, data.text('status'));
  if (status === null) return null;
  const fact = subscriptionDetails(data, { status, occurredAt: askedAt });
  return {
    orderId: null,
    occurredAt: askedAt,
    references: [],
    tells: { about: 'subscription', fact },
  };
}
