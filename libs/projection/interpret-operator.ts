import { eventIdOf, subjectIdOf } from '#events/ids.js';
import type { Observation } from '#events/observation.js';
import { isCorrectionCode } from '#ledger/posting/correction.js';
import type { Trust } from '#ledger/trust.js';
import { factMembers } from '#providers/fact-members.js';
import { filledTextOf, readFacts, textOf } from '#providers/facts.js';
import { parseInstant } from '#providers/instant.js';
import { providerOf } from '#providers/registry.js';
import type { Meaning } from './meaning.js';

/** What closes a period: `{"body":{"period":"2026-10","until":"2026-11-01T00:00:00.000Z"},…}`. */
const PERIOD_MEMBERS = factMembers({ period: 'word', until: 'instant' });

export function interpretPeriodClose(observation: Observation, trust: Trust): Meaning {
  const { body } = readFacts(observation.value, PERIOD_MEMBERS.valueTree);
  const until = body === null ? null : parseInstant(textOf(body, 'until'));
  if (body === null || until === null || trust !== 'operator') {
    return { kind: 'ignored', observation, trust, reason: 'unreadable-period' };
  }
  const periodId = filledTextOf(body, 'period') ?? until;
  return { kind: 'period-close', observation, trust, periodId, until };
}

/**
 * What has a subject booked anew: `{"body":{"ruling":"rebook","code":"rule-change","reference":"CHG-7"},…}`,
 * on the subject itself, under the schema of its provider. The reference may be null.
 */
const RULING_MEMBERS = factMembers({ ruling: 'word', code: 'word', reference: 'reference' });

export function interpretRuling(observation: Observation, trust: Trust): Meaning {
  const { body } = readFacts(observation.value, RULING_MEMBERS.valueTree);
  const code = body === null ? null : textOf(body, 'code');
  const isReadable = body !== null && textOf(body, 'ruling') === 'rebook' && isCorrectionCode(code);
  if (!isReadable || trust !== 'operator') {
    return { kind: 'ignored', observation, trust, reason: 'unreadable-ruling' };
  }
  if (providerOf(observation.schema.provider) === null) {
    return { kind: 'ignored', observation, trust, reason: 'no-provider' };
  }
  const reference = filledTextOf(body, 'reference');
  const event = {
    eventType: `correction.${code}`,
    dedupeId: observation.id,
    providerEventId: null,
    orderId: null,
    occurredAt: null,
    references: reference === null ? [] : [reference],
    tells: { about: 'payment', fact: null },
  } as const;
  const eventId = eventIdOf(observation.subject, { scope: 'trusted', ...event });
  const subjectId = subjectIdOf(observation.subject);
  return { kind: 'event', observation, trust, event, eventId, subjectId };
}
