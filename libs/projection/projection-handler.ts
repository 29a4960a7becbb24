import { Fenced, type BatchHandler, type LogBatch } from '#event-log/event-log.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import type { Database } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import type { FoldedBatch } from './fold-batch.js';
import { foldPart } from './fold-part.js';
import { liveGeneration } from './generations.js';

export type ProjectionObserver = {
  folded(partition: number, batch: FoldedBatch): void;
  fenced(partition: number): void;
};

/** From here on a batch is folded whole again, however long the log makes it. */
const RECORDS_USUAL_MAX = 500;

/**
 * Folds the live generation: what the projector hands to `EventLog.subscribe`. It owns the positions: the
 * checkpoint in the database is the only truth, what is kept here is a belief that the compare-and-set
 * tests at every batch.
 */
export class ProjectionHandler implements BatchHandler {
  private readonly believed = new Map<number, { live: Generation; checkpoint: Checkpoint }>();
  /** Of partitions whose last batch failed: how many records are tried at once. */
  private readonly recordsMax = new Map<number, number>();

  constructor(
    private readonly database: Database,
    private readonly observer: ProjectionObserver,
    private readonly rules: PostingRules = POSTING_RULES,
  ) {}

  async nextPosition(partition: number): Promise<bigint> {
    const live = await liveGeneration(this.database);
    const checkpoint = await readCheckpoint(this.database, live, partition);
    this.believed.set(partition, { live, checkpoint });
    return checkpoint.nextPosition;
  }

  async handle({ partition, records, signal }: LogBatch): Promise<bigint> {
    const belief = this.believed.get(partition);
    if (belief === undefined) throw new Fenced(`Partition ${partition} has to be asked anew.`);
    const { live } = belief;
    let { checkpoint } = belief;
    const piece = Math.min(this.recordsMax.get(partition) ?? records.length, records.length);
    try {
      for (let start = 0; start < records.length; start += piece) {
        checkpoint = await foldPart(
          this.database,
          { generation: live, status: 'live', rules: this.rules },
          {
            partition,
            checkpoint,
            records: records.slice(start, start + piece),
            signal,
            onFolded: (folded) => this.observer.folded(partition, folded),
          },
        );
      }
      this.believed.set(partition, { live, checkpoint });
      this.#lengthen(partition);
      return checkpoint.nextPosition;
    } catch (error) {
      this.believed.delete(partition);
      if (error instanceof Fenced) this.observer.fenced(partition);
      else this.recordsMax.set(partition, Math.max(1, piece >> 1));
      throw error;
    }
  }

  /**
   * A batch that took too long, or that lost the connection, would do so for ever: each failure halves what
   * one transaction folds, down to one record, and each success doubles it again.
   */
  #lengthen(partition: number): void {
    const limit = this.recordsMax.get(partition);
    if (limit === undefined) return;
    if (limit * 2 >= RECORDS_USUAL_MAX) this.recordsMax.delete(partition);
    else this.recordsMax.set(partition, limit * 2);
  }
}
