import { settlementIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Deduped } from './dedupe.js';

/** Rows of the report lines that a batch is the first to tell, by event id. */
export function reportLineRows(deduped: readonly Deduped[]): readonly Row[] {
  const rows: Row[] = [];
  for (const { input, outcome } of deduped) {
    const { meaning, record, recordedAtMs } = input;
    if (outcome !== 'applied' || meaning.kind !== 'event') continue;
    const { event, eventId, observation, subjectId } = meaning;
    if (event.tells.about !== 'report-line') continue;
    const { fact: line } = event.tells;
    const { account, kind } = parseSubjectKey(observation.subject);
    const isLone = kind === 'report-line';
    rows.push([
      eventId,
      settlementIdOf(account, line.report),
      account,
      observation.schema.provider,
      line.report,
      line.line,
      line.type,
      isLone ? null : observation.subject,
      isLone ? null : subjectId,
      line.amount.currency,
      line.amount.exponent,
      line.amount.minor,
      line.paidAt,
      observation.id,
      record.partition,
      record.position,
      recordedAtMs,
    ]);
  }
  return rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
