import { decodeUnsealed } from '#events/envelope.js';
import { eventIdOf, subjectIdOf } from '#events/ids.js';
import { trustOf, type Observation } from '#events/observation.js';
import type { StoredRecord } from '#events/record.js';
import { mayConfirm } from '#ledger/trust.js';
import { providerOf } from '#providers/registry.js';
import { interpretReportLine } from '#providers/settlement-report.js';
import { interpretPeriodClose, interpretRuling } from './interpret-operator.js';
import type { Interpreted, Meaning } from './meaning.js';

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
  try {
    if (observation.kind === 'period-close') return interpretPeriodClose(observation, trust);
    if (observation.kind === 'ruling') return interpretRuling(observation, trust);
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

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'unknown error';
}
