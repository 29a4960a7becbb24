import { uuidV5 } from '#events/uuid.js';
import { mayConfirm } from '#ledger/trust.js';
import type { Queryable } from '#read-models/database.js';
import { arrayParameter } from '#read-models/writes/array-parameters.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Foldable } from './dedupe.js';
import type { Interpreted } from './meaning.js';

/**
 * A poison record parks its subject, not the partition: it and everything later about the same subject is
 * set aside, with positions, in the batch's transaction; all other subjects go on.
 *
 * Untrusted records never park anything. What the database refused of theirs is kept without effect.
 */
export function parkPoison(
  interpreted: readonly Interpreted[],
  known: {
    /** Subjects that are parked already, with the reason. */
    readonly parked: ReadonlyMap<string, string>;
    /** What the database refused for good, by position. */
    readonly refused: ReadonlyMap<bigint, string>;
  },
): {
  readonly foldable: readonly Foldable[];
  readonly subjects: readonly Row[];
  readonly records: readonly Row[];
} {
  const parkedFor = new Map(known.parked);
  const subjects: Row[] = [];
  const records: Row[] = [];
  const foldable = interpreted.map((input): Foldable => {
    const judged = withRefusal(input, known.refused.get(input.record.position));
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
        input.recordedAtMs,
      ]);
    }
    return { input: judged, parkedFor: reason };
  });
  return { foldable, subjects, records };
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

/** Which of these records' subjects are parked already, and why. */
export async function parkedSubjects(
  tx: Queryable,
  schema: string,
  interpreted: readonly Interpreted[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await tx.query<{ subject: string; reason: string }>({
    name: `${schema}.parked_subjects.of`,
    text: `select subject, reason from ${schema}.parked_subjects where subject = any($1::text[])`,
    values: [arrayParameter('text', new Set(interpreted.map(({ record }) => record.key)))],
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
    recordedAtMs,
  ];
}
