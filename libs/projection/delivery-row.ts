import { subjectIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import type { Telling } from '#providers/provider.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Deduped } from './dedupe.js';
import type { PaymentChange } from './fold-payments.js';

/**
 * How a record of the log looks in `deliveries`: ids, verdicts and times, never contents.
 *
 * @param change what it made of its payment's public row, if it changed that
 */
export function deliveryRow(deduped: Deduped, change: PaymentChange | undefined): Row {
  const { input, outcome, reason, digest } = deduped;
  const { record, recordedAtMs, meaning } = input;
  const { observation } = meaning;
  if (observation === null) return strangerRow(deduped);
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
    digest,
    event === null ? null : textsOrNull(event.references),
    outcome,
    reason,
    meaning.kind === 'poison' ? 'unverified' : meaning.trust,
    observation.verification.mode,
    observation.verification.keyId,
    event === null ? null : claimedStatus(event.tells),
    observation.requestId === observation.id ? null : observation.requestId,
    textsOrNull(observation.providerTraceIds),
    observation.traceparent,
    observation.bodyDigest,
    event?.occurredAt ?? null,
    observation.receivedAtMs,
    recordedAtMs,
    ...(change === undefined ? NO_CHANGE : changeOf(change)),
  ];
}

const NO_CHANGE: Row = [null, null, null, null, null, null];

function changeOf({ version, view }: PaymentChange): Row {
  return [
    version,
    view.orderId,
    view.status,
    view.amount?.minor ?? null,
    view.refunded?.minor ?? null,
    textsOrNull(view.flags),
  ];
}

/** Most have none, and nothing costs nothing. */
function textsOrNull(texts: readonly string[]): readonly string[] | null {
  return texts.length === 0 ? null : texts;
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
    case 'report-line':
      return null;
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
    null,
    null,
    outcome,
    reason,
    'unverified',
    'none',
    null,
    null,
    unknown,
    null,
    null,
    unknown,
    null,
    recordedAtMs,
    recordedAtMs,
    ...NO_CHANGE,
  ];
}
