import { trustOf, type Observation } from '#events/observation.js';
import { parseSubjectKey, subjectKey } from '#events/subject.js';
import { inForce } from '../dated.js';
import { filledTextOf, firstTextOf, readFacts, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import { parseInt32 } from '../int32.js';
import type { Interpretation } from '../provider.js';
import { CONOMY_EVENTS, CUSTOMER_EVENT } from './events.js';
import { conomyKeys } from './keys.js';
import {
  CONOMY_LOOKUP_MEMBERS,
  CONOMY_MEMBERS,
  CONOMY_PROFILES,
  type ConomyProfile,
} from './profile.js';
import { CONOMY_LEVELS } from './statuses.js';
import { readTransaction, transactionAt, type Transaction } from './transaction.js';

/** What a Conomy webhook means, in any of its three contracts, or what a lookup answered. */
export function interpretConomy(observation: Observation, recordedAtMs: number): Interpretation {
  const profile = inForce(CONOMY_PROFILES, recordedAtMs);
  if (observation.kind === 'webhook') return interpretWebhook(observation, profile);
  if (observation.kind === 'lookup') return interpretLookup(observation, profile);
  return { ignored: 'not-interpreted' };
}

function interpretWebhook(observation: Observation, profile: ConomyProfile): Interpretation {
  const { body } = readFacts(observation.value, CONOMY_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const { subject, eventType, dedupeId } = conomyKeys(body);
  if (eventType === null) return { ignored: 'no-event' };
  const event = CONOMY_EVENTS.get(eventType);
  const isOfCustomer = eventType === CUSTOMER_EVENT;
  if (event === undefined && !isOfCustomer) return { ignored: 'unknown-event' };
  if (
    subject?.kind !== (isOfCustomer ? 'customer' : 'transaction') ||
    subjectKey({ account: observation.account, ...subject }) !== observation.subject
  ) {
    return { ignored: 'no-subject' };
  }
  const base = { eventType, dedupeId: dedupeId ?? observation.bodyDigest, providerEventId: null };
  if (event === undefined) return interpretCustomer(body, base);
  const at = filledTextOf(body, 'transaction.id') === null ? 'data.transaction.' : 'transaction.';
  const transaction = transactionAt(body, at, {
    account: observation.account,
    timestamp: parseInstant(filledTextOf(body, 'timestamp')),
    profile,
  });
  const fact = readTransaction(transaction, event);
  return 'ignored' in fact
    ? fact
    : toldOf(transaction, fact, { ...base, isAttributed: trustOf(observation) === 'signed' });
}

function interpretLookup(observation: Observation, profile: ConomyProfile): Interpretation {
  const { body, query } = readFacts(observation.value, CONOMY_LOOKUP_MEMBERS.valueTree);
  const base = { eventType: 'lookup', dedupeId: observation.id, providerEventId: null };
  if (body === null) {
    if (filledTextOf(query, 'status') !== '404') return { ignored: 'unreadable-body' };
    const tells = { about: 'payment', fact: null } as const;
    return { event: { ...base, orderId: null, occurredAt: null, references: [], tells } };
  }
  const { account, reference } = parseSubjectKey(observation.subject);
  if (filledTextOf(body, 'id') !== reference) return { ignored: 'other-subject' };
  const transaction = transactionAt(body, '', { account, timestamp: null, profile });
  const fact = readTransaction(transaction, null);
  return 'ignored' in fact ? fact : toldOf(transaction, fact, { ...base, isAttributed: true });
}

type Base = {
  readonly eventType: string;
  readonly dedupeId: string;
  readonly providerEventId: null;
};

function toldOf(
  { text, timestamp }: Transaction,
  fact: Exclude<ReturnType<typeof readTransaction>, { ignored: string }>,
  { isAttributed, ...base }: Base & { readonly isAttributed: boolean },
): Interpretation {
  const ours = text('externalId');
  // Only what Conomy signed or answered us names an order; a refund's and a withdrawal's own
  // reference is no order.
  const orderId = isAttributed && fact.kind === 'payment' ? ours : null;
  const references = [
    text('relatedPaymentId'),
    text('childPaymentId'),
    orderId === null ? ours : null,
  ].filter((reference) => reference !== null);
  return {
    event: {
      ...base,
      orderId,
      occurredAt: fact.occurredAt ?? timestamp,
      references: [...new Set(references)],
      tells: { about: 'payment', fact: { ...fact, orderId } },
    },
  };
}

function interpretCustomer(body: Facts, base: Base): Interpretation {
  const text = (name: string) => firstTextOf(body, `customer.${name}`, `data.customer.${name}`);
  const level = CONOMY_LEVELS.get(text('operationLevel') ?? '');
  if (level === undefined) return { ignored: 'unknown-level' };
  const occurredAt = parseInstant(filledTextOf(body, 'timestamp'));
  return {
    event: {
      ...base,
      orderId: null,
      occurredAt,
      references: [],
      tells: {
        about: 'customer',
        fact: {
          level,
          occurredAt,
          isAutoCreated: flagOf(text('autoCreated')),
          documents: parseInt32(text('documentsCount')),
        },
      },
    },
  };
}

function flagOf(text: string | null): boolean | null {
  return text === null ? null : text.toLowerCase() === 'true';
}
