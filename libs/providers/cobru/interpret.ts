import type { Observation } from '#events/observation.js';
import { parseSubjectKey, subjectKey } from '#events/subject.js';
import { inForce } from '../dated.js';
import { filledTextOf, readFacts, type Facts } from '../facts.js';
import type { Interpretation } from '../provider.js';
import { detailsOf } from './details.js';
import { cobruKeys } from './keys.js';
import { isAnswerAbout } from './is-answer-about.js';
import {
  COBRU_LOOKUP_MEMBERS,
  COBRU_PROFILES,
  COBRU_WEBHOOK_MEMBERS,
  REFERENCE,
  type CobruProfile,
} from './profile.js';

/** What a Cobru callback claims, or what a lookup answered. */
export function interpretCobru(observation: Observation, recordedAtMs: number): Interpretation {
  const profile = inForce(COBRU_PROFILES, recordedAtMs);
  if (observation.kind === 'webhook') return interpretCallback(observation, profile);
  if (observation.kind === 'lookup') return interpretLookup(observation, profile);
  return { ignored: 'not-interpreted' };
}

function interpretCallback(observation: Observation, profile: CobruProfile): Interpretation {
  const { body, query } = readFacts(observation.value, COBRU_WEBHOOK_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const { subject, eventType, dedupeId } = cobruKeys(body);
  if (
    subject === null ||
    subjectKey({ account: observation.account, ...subject }) !== observation.subject
  ) {
    return { ignored: 'no-subject' };
  }
  const details = detailsOf(subject.kind, body, profile);
  if (eventType === null || details === null) return { ignored: 'unknown-state' };
  const reference = isAttributed(observation) ? filledTextOf(query, REFERENCE) : null;
  const isPayment = details.kind === 'payment';
  // What the URL names is an order where money comes in, and our own reference where it goes out.
  const orderId = isPayment ? reference : null;
  const clientReference = isPayment ? null : (reference ?? details.clientReference);
  return {
    event: {
      eventType,
      dedupeId: dedupeId ?? observation.bodyDigest,
      providerEventId: null,
      orderId,
      occurredAt: null,
      references: presentTexts(body, 'cus', 'orderId', 'idempotency_key'),
      tells: {
        about: 'payment',
        // The dates of a callback prove no order of events: it is a claim, and the last one speaks.
        fact: { ...details, occurredAt: null, orderId, clientReference },
      },
    },
  };
}

/** Only what stood in the URL that we registered names an order; a body's `orderId` is a claim. */
function isAttributed({ verification: { mode, verdict } }: Observation): boolean {
  return verdict === 'verified' && (mode === 'url-secret' || mode === 'url-token');
}

function interpretLookup(observation: Observation, profile: CobruProfile): Interpretation {
  const { body, query } = readFacts(observation.value, COBRU_LOOKUP_MEMBERS.valueTree);
  const base = {
    eventType: 'lookup',
    dedupeId: observation.id,
    providerEventId: null,
    orderId: null,
  };
  if (body === null) {
    return filledTextOf(query, 'status') === '404'
      ? {
          event: {
            ...base,
            occurredAt: null,
            references: [],
            tells: { about: 'payment', fact: null },
          },
        }
      : { ignored: 'unreadable-body' };
  }
  const subject = parseSubjectKey(observation.subject);
  if (!isAnswerAbout(body, subject)) return { ignored: 'other-subject' };
  const details = detailsOf(subject.kind, body, profile);
  if (details === null) return { ignored: 'unknown-state' };
  return {
    event: {
      ...base,
      occurredAt: details.occurredAt,
      references: presentTexts(body, 'cus', 'pk', 'idempotency_key'),
      tells: { about: 'payment', fact: details },
    },
  };
}

function presentTexts(body: Facts, ...paths: readonly string[]): readonly string[] {
  return paths.map((path) => filledTextOf(body, path)).filter((text) => text !== null);
}
