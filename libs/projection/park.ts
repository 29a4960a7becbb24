import { uuidV5 } from '#events/uuid.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Queryable } from '#read-models/database.js';
import { PARKED_RECORDS, PARKED_SUBJECTS } from '#read-models/fold/fold-tables.js';
import { writeRows, type Row } from '#read-models/writes/write-rows.js';
import type { Foldable } from './dedupe.js';
import type { Interpreted } from './interpret-record.js';

/**
 * A poison record parks its subject, not the partition: it and everything later about the same subject is
 * set aside, with positions, in this transaction; all other subjects go on.
 *
 * Untrusted records never park anything. What the database refused of theirs is kept without effect.
 */
export async function parkPoison(
  tx: Queryable,
  schema: string,
  {
    interpreted,
    poison,
  }: { interpreted: readonly Interpreted[]; poison: ReadonlyMap<bigint, string> },
): Promise<{ readonly foldable: readonly Foldable[]; readonly parked: number }> {
  const parkedFor = await parkedSubjects(tx, schema, interpreted);
  const subjects: Row[] = [];
  const records: Row[] = [];
  const foldable = interpreted.map((input): Foldable => {
    const judged = withRefusal(input, poison.get(input.record.position));
    const subject = input.record.key;
    const { meaning, record } = judged;
    if (meaning.kind === 'poison' && !parkedFor.has(subject)) {
      parkedFor.set(subject, meaning.reason);
      subjects.push(subjectRow(judged, meaning.reason));
    }
    const reason = parkedFor.get(subject) ?? null;
    if (reason !== null) {
      records.push([
        record.partition,
        record.position,
        subject,
        meaning.observation?.id ?? null,
        new Date(input.recordedAtMs).toISOString(),
      ]);
    }
    return { input: judged, parkedFor: reason };
  });
  await writeRows(tx, { schema, table: PARKED_SUBJECTS, rows: subjects, mode: 'insert' });
  await writeRows(tx, { schema, table: PARKED_RECORDS, rows: records, mode: 'insert' });
  return { foldable, parked: records.length };
}

function withRefusal(input: Interpreted, refusal: string | undefined): Interpreted {
  const { meaning } = input;
  if (refusal === undefined || meaning.kind === 'poison') return input;
  const { observation, trust } = meaning;
  return {
    ...input,
    meaning: mayConfirm(trust)
      ? { kind: 'poison', observation, reason: refusal }
      : { kind: 'ignored', observation, trust, reason: 'unfoldable' },
  };
}

async function parkedSubjects(
  tx: Queryable,
  schema: string,
  interpreted: readonly Interpreted[],
): Promise<Map<string, string>> {
  const { rows } = await tx.query<{ subject: string; reason: string }>({
    name: `${schema}.parked_subjects.of`,
    text: `select subject, reason from ${schema}.parked_subjects where subject = any($1::text[])`,
    values: [[...new Set(interpreted.map(({ record }) => record.key))]],
  });
  return new Map(rows.map((row) => [row.subject, row.reason]));
}

function subjectRow({ record, recordedAtMs }: Interpreted, reason: string): Row {
  return [
    uuidV5(`parked/${record.key}/${record.partition}/${record.position}`),
    record.key,
    reason,
    record.partition,
    record.position,
    new Date(recordedAtMs).toISOString(),
  ];
}
