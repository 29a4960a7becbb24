import { Fenced } from '#event-log/event-log.js';
import type { Queryable } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';
import { DatedEntryRefused, type DatedEntry } from './dated-entries.js';

/** Where the fold of one partition stands. `nextPosition` is the position to read next. */
export type Checkpoint = {
  readonly nextPosition: bigint;
  /** Keeps recorded times monotone within the partition, in milliseconds; 0 at the start. */
  readonly lastRecordedAtMs: number;
};

/**
 * Moves the checkpoint from `expected` to `next` by compare-and-set, and refuses unless the generation
 * has the status that the caller works for. It is the first statement of every batch: it takes the row
 * lock, so a zombie waits here and then writes nothing.
 *
 * A process that was started before a dated entry came stops at its date, because it would fold on without
 * it: `DatedEntryRefused`. Throws `Fenced` when another owner has moved the row, or the generation was
 * swapped.
 */
export async function advanceCheckpoint(
  tx: Queryable,
  { version, generation }: Generation,
  move: {
    readonly partition: number;
    readonly expected: bigint;
    readonly next: bigint;
    readonly recordedAtMs: number;
    readonly status: 'live' | 'building';
    /** What the caller folds with. */
    readonly entries: readonly DatedEntry[];
  },
): Promise<void> {
  const digests = move.entries.map(({ digest }) => digest);
  const result = await tx.query({
    name: 'advance-checkpoint',
    text: `update ops.checkpoints
              set next_position = $4, last_recorded_at = $5, updated_at = now()
            where version = $1 and generation = $2 and partition = $3
              and next_position = $6 and status = $7
              and not exists (${UNKNOWN_ENTRY})`,
    values: [
      version,
      generation,
      move.partition,
      move.next.toString(),
      new Date(move.recordedAtMs),
      move.expected.toString(),
      move.status,
      digests,
    ],
  });
  if (result.rowCount === 1) return;
  const [unknown] = await unknownEntries(tx, { version, ...move });
  if (unknown !== undefined) {
    throw new DatedEntryRefused(
      `Dated entry ${unknown} is in force now, and this program does not know it: replace it.`,
    );
  }
  throw new Fenced(`Partition ${move.partition} is not at ${move.expected} any more.`);
}

/** Of the tables' entries one that is in force at the batch's last record and not among the caller's. */
const UNKNOWN_ENTRY = `select from ops.dated_entries d
  where d.version = $1 and d.effective_from <= $5 and d.digest <> all($8::text[])`;

async function unknownEntries(
  tx: Queryable,
  move: {
    readonly version: number;
    readonly recordedAtMs: number;
    readonly entries: readonly DatedEntry[];
  },
): Promise<readonly string[]> {
  const { rows } = await tx.query<{ list: string; name: string }>(
    `select list, name from ops.dated_entries
      where version = $1 and effective_from <= $2 and digest <> all($3::text[]) order by 1, 2`,
    [move.version, new Date(move.recordedAtMs), move.entries.map(({ digest }) => digest)],
  );
  return rows.map(({ list, name }) => `${list} "${name}"`);
}

export async function readCheckpoint(
  db: Queryable,
  { version, generation }: Generation,
  partition: number,
): Promise<Checkpoint> {
  const { rows } = await db.query<CheckpointRow>(
    `select next_position, last_recorded_at from ops.checkpoints
      where version = $1 and generation = $2 and partition = $3`,
    [version, generation, partition],
  );
  const [row] = rows;
  if (row === undefined) throw new Fenced(`Partition ${partition} has no checkpoint.`);
  return {
    nextPosition: BigInt(row.next_position),
    lastRecordedAtMs: row.last_recorded_at?.getTime() ?? 0,
  };
}

type CheckpointRow = { readonly next_position: string; readonly last_recorded_at: Date | null };
