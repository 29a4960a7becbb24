import { Fenced } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import { InvariantError } from '#ledger/assert.js';
import { UnbalancedPosting } from '#ledger/posting/posting.js';
import { inTransaction, sqlStateOf, type Database } from '#read-models/database.js';
import type { Checkpoint } from './checkpoint.js';
import { foldBatch, type FoldedBatch, type FoldTarget } from './fold-batch.js';

export type FoldPart = {
  readonly partition: number;
  readonly checkpoint: Checkpoint;
  readonly records: readonly StoredRecord[];
  readonly signal: AbortSignal;
  /** Told of every transaction that was committed, with the checkpoint that it left. */
  readonly onFolded: (folded: FoldedBatch) => void;
};

/**
 * Folds records of one partition in one transaction, and answers the checkpoint that they left. Where it
 * fails for a reason that would come again for ever, the halves are folded apart, down to the one record
 * that is to blame: that one parks its subject. Live fold and rebuild both go this way, so both park alike.
 */
export async function foldPart(
  database: Database,
  target: FoldTarget,
  part: FoldPart,
): Promise<Checkpoint> {
  const { partition, records, signal, checkpoint } = part;
  if (signal.aborted) throw new Fenced(`Partition ${partition} was taken away.`);
  if (records.every(({ position }) => position < checkpoint.nextPosition)) return checkpoint;
  try {
    return await foldOnce(database, target, { ...part, refused: new Map() });
  } catch (error) {
    if (!isDeterministic(error)) throw error;
    const [culprit] = records;
    if (records.length === 1 && culprit !== undefined) {
      const refused = new Map([[culprit.position, reasonOf(error)]]);
      return foldOnce(database, target, { ...part, refused });
    }
    const middle = records.length >> 1;
    const first = await foldPart(database, target, { ...part, records: records.slice(0, middle) });
    return foldPart(database, target, {
      ...part,
      checkpoint: first,
      records: records.slice(middle),
    });
  }
}

async function foldOnce(
  database: Database,
  target: FoldTarget,
  part: FoldPart & { readonly refused: ReadonlyMap<bigint, string> },
): Promise<Checkpoint> {
  const folded = await inTransaction(database, (tx) => foldBatch(tx, target, part));
  part.onFolded(folded);
  return folded.next;
}

/**
 * Would the same records fail the same way again? Data exceptions (class 22) and broken constraints (23)
 * would, and so would a bug of ours; a lost connection, a time-out or a full disk would not.
 */
function isDeterministic(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null) return state.startsWith('22') || state.startsWith('23');
  return (
    error instanceof InvariantError || error instanceof TypeError || error instanceof RangeError
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof UnbalancedPosting) return `unbalanced posting: line ${error.line}`;
  const state = sqlStateOf(error);
  const name = error instanceof Error ? error.name : 'error';
  // A database's message can quote the row, so only its code is kept.
  return state === null ? `fold failed: ${name}` : `refused by the database: ${state}`;
}
