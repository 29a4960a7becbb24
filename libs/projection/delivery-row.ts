import { subjectIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import type { Telling } from '#providers/provider.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Deduped } from './dedupe.js';

/** How a record of the log looks in `deliveries`: ids, verdicts and times, never contents. */
export function deliveryRow({ input, outcome, reason }: Deduped): Row {
  const { record, recordedAtMs, meaning } = input;
  const { observation } = meaning;
  if (observation === null) return strangerRow({ input, outcome, reason });
  const event = meaning.kind === 'event' ? meaning.event : null;
  return [
    record.partition,
    record.position,
    observation.id,
    observation.kind,
    observation.account,
    observation.schema.provider,
    observation.route,
    observation.subject,
    meaning.kind === 'event' ? meaning.subjectId : namedSubject(observation.subject),
    meaning.kind === 'event' ? meaning.eventId : null,
    event?.eventType ?? null,
    event?.providerEventId ?? null,
    event?.references ?? [],
    outcome,
    reason,
    meaning.kind === 'poison' ? 'unverified' : meaning.trust,
    observation.verification.mode,
    observation.verification.keyId,
    event === null ? null : claimedStatus(event.tells),
    observation.requestId,
    observation.providerTraceIds,
    observation.traceparent,
    observation.bodyDigest,
    event?.occurredAt ?? null,
    observation.receivedAtMs,
    recordedAtMs,
  ];
}

/** Also for what had no effect: the trail of a payment shows everything that names it. */
function namedSubject(subject: string): string | null {
  return parseSubjectKey(subject).kind === 'unkeyed' ? null : subjectIdOf(subject);
}

/** In the words of what it is about. */
function claimedStatus(tells: Telling): string | null {
  switch (tells.about) {
    case 'payment':
      return tells.fact === null ? null : statusByKind(tells.fact.kind, tells.fact.status);
    case 'subscription':
      return tells.fact.status;
    case 'customer':
      return tells.fact.level;
  }
}

const NO_OBSERVATION = '00000000-0000-0000-0000-000000000000';

/** A record that is no envelope of ours still has its row: nothing in the log goes unseen. */
function strangerRow({ input, outcome, reason }: Deduped): Row {
  const { record, recordedAtMs } = input;
  const unknown = 'unknown';
  return [
    record.partition,
    record.position,
    NO_OBSERVATION,
    unknown,
    unknown,
    unknown,
    unknown,
    record.key,
    null,
    null,
    null,
    null,
    [],
    outcome,
    reason,
    'unverified',
    'none',
    null,
    null,
    unknown,
    [],
    null,
    unknown,
    null,
    recordedAtMs,
    recordedAtMs,
  ];
}
