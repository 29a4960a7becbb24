import { Fenced, type BatchHandler, type LogBatch } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import { InvariantError } from '#ledger/assert.js';
import { inTransaction, sqlStateOf, type Database } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { foldBatch, type FoldedBatch } from './fold-batch.js';
import { liveGeneration } from './generations.js';

export type ProjectionObserver = {
  folded(partition: number, batch: FoldedBatch): void;
  fenced(partition: number): void;
};

/**
 * Folds the live generation: what the projector hands to `EventLog.subscribe`. It owns the positions: the
 * checkpoint in the database is the only truth, what is kept here is a belief that the compare-and-set
 * tests at every batch.
 */
export class ProjectionHandler implements BatchHandler {
  private readonly believed = new Map<number, { live: Generation; checkpoint: Checkpoint }>();

  constructor(
    private readonly database: Database,
    private readonly observer: ProjectionObserver,
  ) {}

  async nextPosition(partition: number): Promise<bigint> {
    const live = await liveGeneration(this.database);
    const checkpoint = await readCheckpoint(this.database, live, partition);
    this.believed.set(partition, { live, checkpoint });
    return checkpoint.nextPosition;
  }

  async handle({ partition, records, signal }: LogBatch): Promise<bigint> {
    try {
      await this.foldPart(partition, records, signal);
    } catch (error) {
      this.believed.delete(partition);
      if (error instanceof Fenced) this.observer.fenced(partition);
      throw error;
    }
    return this.belief(partition).checkpoint.nextPosition;
  }

  /**
   * One transaction for the whole part. Where it fails for a reason that would come again for ever, the
   * halves are folded apart, down to the one record that is to blame: that one parks its subject.
   */
  private async foldPart(
    partition: number,
    records: readonly StoredRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    if (signal.aborted) throw new Fenced(`Partition ${partition} was taken away.`);
    try {
      await this.foldOnce(partition, records, new Map());
    } catch (error) {
      if (!isDeterministic(error)) throw error;
      const [culprit] = records;
      if (records.length === 1 && culprit !== undefined) {
        await this.foldOnce(partition, records, new Map([[culprit.position, reasonOf(error)]]));
        return;
      }
      const middle = records.length >> 1;
      await this.foldPart(partition, records.slice(0, middle), signal);
      await this.foldPart(partition, records.slice(middle), signal);
    }
  }

  private async foldOnce(
    partition: number,
    records: readonly StoredRecord[],
    refused: ReadonlyMap<bigint, string>,
  ): Promise<void> {
    const { live, checkpoint } = this.belief(partition);
    if (records.every(({ position }) => position < checkpoint.nextPosition)) return;
    const folded = await inTransaction(this.database, (tx) =>
      foldBatch(
        tx,
        { generation: live, status: 'live' },
        { partition, checkpoint, records, refused },
      ),
    );
    this.believed.set(partition, { live, checkpoint: folded.next });
    this.observer.folded(partition, folded);
  }

  private belief(partition: number): { live: Generation; checkpoint: Checkpoint } {
    const belief = this.believed.get(partition);
    if (belief === undefined) throw new Fenced(`Partition ${partition} has to be asked anew.`);
    return belief;
  }
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
  const state = sqlStateOf(error);
  const name = error instanceof Error ? error.name : 'error';
  // A database's message can quote the row, so only its code is kept.
  return state === null ? `fold failed: ${name}` : `refused by the database: ${state}`;
}
