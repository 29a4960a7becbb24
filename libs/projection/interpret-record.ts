import { decodeUnsealed } from '#events/envelope.js';
import { eventIdOf, subjectIdOf } from '#events/ids.js';
import { trustOf, type Observation } from '#events/observation.js';
import type { StoredRecord } from '#events/record.js';
import { mayConfirm, type Trust } from '#ledger/trust.js';
import { factMembers } from '#providers/fact-members.js';
import { readFacts, textOf } from '#providers/facts.js';
import { parseInstant } from '#providers/instant.js';
import type { ProviderEvent } from '#providers/provider.js';
import { providerOf } from '#providers/registry.js';
import { interpretReportLine } from '#providers/settlement-report.js';

/** A record of the log with the meaning that its provider's interpreter gives it. */
export type Interpreted = {
  readonly record: StoredRecord;
  /** The log's append time, made monotone within the partition. */
  readonly recordedAtMs: number;
  readonly meaning: Meaning;
};

export type Meaning =
  | {
      readonly kind: 'event';
      readonly observation: Observation;
      readonly trust: Trust;
      readonly event: ProviderEvent;
      readonly eventId: string;
      readonly subjectId: string;
    }
  | {
      readonly kind: 'ignored';
      readonly observation: Observation;
      readonly trust: Trust;
      readonly reason: string;
    }
  /** The books of a period end: see `foldBooks`. */
  | {
      readonly kind: 'period-close';
      readonly observation: Observation;
      readonly trust: Trust;
      /** ISO 8601 in UTC with milliseconds: the first instant that is open. */
      readonly until: string;
    }
  /** A deterministic failure on evidence that we must believe: the subject parks. */
  | {
      readonly kind: 'poison';
      readonly observation: Observation | null;
      readonly reason: string;
    };

export function interpretRecord(record: StoredRecord, recordedAtMs: number): Interpreted {
  return { record, recordedAtMs, meaning: meaningOf(record, recordedAtMs) };
}

function meaningOf(record: StoredRecord, recordedAtMs: number): Meaning {
  let observation: Observation;
  try {
    observation = decodeUnsealed(record);
  } catch (error) {
    return { kind: 'poison', observation: null, reason: describe(error) };
  }
  const trust = trustOf(observation);
  if (observation.kind === 'period-close') return periodClose(observation, trust);
  try {
    const provider = providerOf(observation.schema.provider);
    if (provider === null) return { kind: 'ignored', observation, trust, reason: 'no-provider' };
    const interpretation =
      observation.kind === 'report-line'
        ? interpretReportLine(observation, provider.reportAmounts(recordedAtMs))
        : provider.interpret(observation, recordedAtMs);
    if ('ignored' in interpretation) {
      return { kind: 'ignored', observation, trust, reason: interpretation.ignored };
    }
    const { event } = interpretation;
    const scope = mayConfirm(trust) ? 'trusted' : 'untrusted';
    const eventId = eventIdOf(observation.subject, { scope, ...event });
    const subjectId = subjectIdOf(observation.subject);
    return { kind: 'event', observation, trust, event, eventId, subjectId };
  } catch (error) {
    // Untrusted input never parks: whoever can send it could stop a payment with it.
    return mayConfirm(trust)
      ? { kind: 'poison', observation, reason: describe(error) }
      : { kind: 'ignored', observation, trust, reason: 'uninterpretable' };
  }
}

/** What closes a period: `{"body":{"period":"2026-10","until":"2026-11-01T00:00:00.000Z"},…}`. */
const PERIOD_MEMBERS = factMembers({ period: 'word', until: 'instant' });

function periodClose(observation: Observation, trust: Trust): Meaning {
  const { body } = readFacts(observation.value, PERIOD_MEMBERS.valueTree);
  const until = body === null ? null : parseInstant(textOf(body, 'until'));
  return until === null || trust !== 'operator'
    ? { kind: 'ignored', observation, trust, reason: 'unreadable-period' }
    : { kind: 'period-close', observation, trust, until };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'unknown error';
}
