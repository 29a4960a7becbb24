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
    const { live, checkpoint } = belief;
    try {
      const next = await foldPart(
        this.database,
        { generation: live, status: 'live', rules: this.rules },
        {
          partition,
          checkpoint,
          records,
          signal,
          onFolded: (folded) => this.observer.folded(partition, folded),
        },
      );
      this.believed.set(partition, { live, checkpoint: next });
      return next.nextPosition;
    } catch (error) {
      this.believed.delete(partition);
      if (error instanceof Fenced) this.observer.fenced(partition);
      throw error;
    }
  }
}
