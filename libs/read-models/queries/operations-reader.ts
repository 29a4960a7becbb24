import { MoreThan } from 'typeorm';
import type { Database } from '../database.js';
import { ParkedSubjectEntity } from '../entities/parked-subject.entity.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

export type GenerationRow = {
  readonly version: number;
  readonly generation: number;
  readonly logId: string;
  readonly status: 'building' | 'live' | 'retired';
};

/** How far one partition is folded by one generation. */
export type CheckpointRow = {
  readonly partition: number;
  readonly next: bigint;
  readonly lastRecordedAt: Date | null;
};

/** A queue's length and the age of its head; null when it is empty. */
export type QueueDepth = { readonly count: number; readonly oldestAt: Date | null };

export type ParkedSubject = ParkedSubjectEntity & { readonly records: number };

/** What operators ask about the fold itself. */
export class OperationsReader {
  readonly #database: Database;
  readonly #readModels: ReadModels;

  constructor(database: Database, readModels: ReadModels) {
    this.#database = database;
    this.#readModels = readModels;
  }

  /** Live first, then those being built; retired ones are left out. */
  async generations(): Promise<readonly GenerationRow[]> {
    const { rows } = await this.#database.query<GenerationRow>(
      `select version, generation, log_id as "logId", status from ops.generations
       where status <> 'retired' order by status desc, version, generation`,
    );
    return rows;
  }

  /** Positions of the live generation, by partition; empty before anything was ever folded. */
  async liveCheckpoints(): Promise<readonly CheckpointRow[]> {
    const { rows } = await this.#database.query<{
      readonly partition: number;
      readonly next_position: string;
      readonly last_recorded_at: Date | null;
    }>({ name: 'cuadre.live-checkpoints', text: LIVE_CHECKPOINTS });
    return rows.map((row) => ({
      partition: row.partition,
      next: BigInt(row.next_position),
      lastRecordedAt: row.last_recorded_at,
    }));
  }

  async lookupsDue(): Promise<QueueDepth> {
    return this.#depth(`select count(*)::int as count, min(since) as "oldestAt"
      from cuadre.work_queue where task = 'lookup'`);
  }

  async outbox(): Promise<QueueDepth> {
    return this.#depth(
      'select count(*)::int as count, min(created_at) as "oldestAt" from ops.outbox',
    );
  }

  async parkedSubjects(): Promise<QueueDepth> {
    return this.#depth(
      'select count(*)::int as count, min(recorded_at) as "oldestAt" from cuadre.parked_subjects',
    );
  }

  async parkedRecords(): Promise<QueueDepth> {
    return this.#depth(
      'select count(*)::int as count, min(recorded_at) as "oldestAt" from cuadre.parked_records',
    );
  }

  /** Parked subjects with the number of their records that wait. */
  async listParked(page: Page): Promise<readonly ParkedSubject[]> {
    const subjects = await this.#readModels.repository(ParkedSubjectEntity).find({
      where: page.after === null ? {} : { subject: MoreThan(page.after) },
      order: { subject: 'ASC' },
      take: page.rowsMax,
    });
    const { rows } = await this.#database.query<{ subject: string; count: number }>(
      `select subject, count(*)::int as count from cuadre.parked_records
       where subject = any($1) group by subject`,
      [subjects.map(({ subject }) => subject)],
    );
    const counts = new Map(rows.map(({ subject, count }) => [subject, count]));
    return subjects.map((parked) => ({ ...parked, records: counts.get(parked.subject) ?? 0 }));
  }

  async #depth(text: string): Promise<QueueDepth> {
    const { rows } = await this.#database.query<QueueDepth>(text);
    return rows[0] ?? { count: 0, oldestAt: null };
  }
}

const LIVE_CHECKPOINTS = `
  select c.partition, c.next_position, c.last_recorded_at
  from ops.generations g join ops.checkpoints c using (version, generation)
  where g.status = 'live' order by c.partition`;
