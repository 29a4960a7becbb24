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
  const { rows } = await tx.query<{ moved: boolean; unknown: string | null }>({
    name: 'advance-checkpoint',
    text: ADVANCE,
    values: [
      version,
      generation,
      move.partition,
      move.next.toString(),
      new Date(move.recordedAtMs),
      move.expected.toString(),
      move.status,
      move.entries.map(({ digest }) => digest),
    ],
  });
  const [row] = rows;
  if (row?.moved === true) return;
  if (row !== undefined && row.unknown !== null) {
    throw new DatedEntryRefused(
      `Dated entry ${row.unknown} is in force now, and this program does not know it: replace it.`,
    );
  }
  throw new Fenced(`Partition ${move.partition} is not at ${move.expected} any more.`);
}

/**
 * Moves only where every entry that is in force at the batch's last record is among the caller's. One
 * statement, because those behind it are sent already and may fail in tables that are gone.
 */
const ADVANCE = `
  with unknown as (
    select list || ' "' || name || '"' as entry from ops.dated_entries
     where version = $1 and effective_from <= $5 and digest <> all($8::text[])
  ), moved as (
    update ops.checkpoints
       set next_position = $4, last_recorded_at = $5, updated_at = now()
     where version = $1 and generation = $2 and partition = $3
       and next_position = $6 and status = $7 and not exists (select from unknown)
    returning partition
  )
  select exists (select from moved) as moved, (select min(entry) from unknown) as unknown`;

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
