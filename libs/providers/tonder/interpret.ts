import { trustOf, type Observation } from '#events/observation.js';
import { parseSubjectKey, subjectKey, type SubjectKind } from '#events/subject.js';
import { mayConfirm } from '#ledger/trust.js';
import { inForce } from '../dated.js';
import { filledTextOf, readFacts, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import type { Interpretation } from '../provider.js';
import { tellDirect } from './interpret/tell-direct.js';
import { tellLegacy } from './interpret/tell-legacy.js';
import type { Told, TonderObject } from './interpret/tell-movement.js';
import { tellNested } from './interpret/tell-nested.js';
import { tellHosted, tellLookedUpSession } from './interpret/tell-session.js';
import { tellTransaction } from './interpret/tell-transaction.js';
import { tellWithdrawal } from './interpret/tell-withdrawal.js';
import { lookedUpId } from './looked-up-id.js';
import { isOfSubject, lookedUpKind } from './looked-up-kind.js';
import { tonderKeys, tonderShape, type TonderShape } from './keys.js';
import { TONDER_LOOKUP_MEMBERS, TONDER_PROFILES, TONDER_WEBHOOK_MEMBERS } from './profile.js';

/** What a Tonder webhook says, in whichever of its five shapes, or what a lookup answered. */
export function interpretTonder(observation: Observation, recordedAtMs: number): Interpretation {
  if (observation.kind === 'webhook') return interpretWebhook(observation, recordedAtMs);
  if (observation.kind === 'lookup') return interpretLookup(observation, recordedAtMs);
  return { ignored: 'not-interpreted' };
}

function interpretWebhook(observation: Observation, recordedAtMs: number): Interpretation {
  const { body } = readFacts(observation.value, TONDER_WEBHOOK_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const shape = tonderShape(body);
  if (shape === null) return { ignored: isProbe(body) ? 'probe' : 'unknown-event' };
  const { subject, eventType, dedupeId } = tonderKeys(body);
  const key = subject === null ? null : subjectKey({ account: observation.account, ...subject });
  if (key === null || key !== observation.subject) return { ignored: 'no-subject' };
  if (eventType === null) return { ignored: 'unknown-event' };
  const isInData = shape === 'nested' || shape === 'hosted';
  const object = objectOf(observation, {
    text: (name) => filledTextOf(body, isInData ? `data.${name}` : name),
    recordedAtMs,
  });
  const told = tell(object, { shape, eventType, body });
  if (told === null) return { ignored: 'unknown-event' };
  return {
    event: {
      eventType,
      dedupeId: dedupeId ?? observation.bodyDigest,
      // The flat shape's `id` is the transaction's, whatever the documentation calls it.
      providerEventId: shape === 'nested' ? filledTextOf(body, 'event_id') : null,
      ...told,
    },
  };
}

/** The dashboard's first request to an URL is not documented; it states nothing of any money. */
function isProbe(body: Facts): boolean {
  return !['status', 'amount', 'data.status', 'data.amount'].some((path) => body.has(path));
}

type ShapedEvent = {
  readonly shape: TonderShape;
  readonly eventType: string;
  readonly body: Facts;
};

function tell(object: TonderObject, { shape, eventType, body }: ShapedEvent): Told | null {
  switch (shape) {
    case 'direct':
      return tellDirect(object);
    case 'nested':
      return tellNested(object, {
        eventType,
        sentAt: parseInstant(filledTextOf(body, 'created_at')),
      });
    case 'hosted':
      return tellHosted(object, eventType);
    case 'withdrawal':
      return tellWithdrawal(object);
    case 'legacy':
      return tellLegacy(object);
  }
}

function interpretLookup(observation: Observation, recordedAtMs: number): Interpretation {
  const { body, query } = readFacts(observation.value, TONDER_LOOKUP_MEMBERS.valueTree);
  const base = { eventType: 'lookup', dedupeId: observation.id, providerEventId: null };
  const notFound: Told = {
    orderId: null,
    occurredAt: null,
    references: [],
    tells: { about: 'payment', fact: null },
  };
  if (body === null) {
    return filledTextOf(query, 'status') === '404'
      ? { event: { ...base, ...notFound } }
      : { ignored: 'unreadable-body' };
  }
  const { kind, reference } = parseSubjectKey(observation.subject);
  if (lookedUpId(kind, body) !== reference) return { ignored: 'other-subject' };
  const told = lookedUpKind(body, kind === 'withdrawal' ? 'withdrawal' : 'payment');
  if (told === null) return { ignored: 'unknown-event' };
  if (!isOfSubject(told, kind)) return { event: { ...base, ...notFound } };
  const text = (name: string): string | null => filledTextOf(body, name);
  const object = objectOf(observation, { text, recordedAtMs });
  const answer = tellAnswer(object, kind);
  return answer === null ? { ignored: 'unknown-event' } : { event: { ...base, ...answer } };
}

function tellAnswer(object: TonderObject, kind: SubjectKind): Told | null {
  switch (kind) {
    case 'session':
      return tellLookedUpSession(object);
    case 'withdrawal':
      return tellWithdrawal(object);
    default:
      return tellTransaction(object);
  }
}

function objectOf(
  observation: Observation,
  { text, recordedAtMs }: Pick<TonderObject, 'text'> & { readonly recordedAtMs: number },
): TonderObject {
  return {
    text,
    account: observation.account,
    profile: inForce(TONDER_PROFILES, recordedAtMs),
    // A secret in the URL does not cover the body, in which Tonder's order references stand.
    isAttributed: mayConfirm(trustOf(observation)),
  };
}
