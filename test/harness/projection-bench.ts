import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { LogRecord, StoredRecord } from '#events/record.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { FOLD_VERSION } from '#projection/fold-version.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { rebuild, type RebuildResult } from '#projection/rebuild.js';
import { openDatabase, type Database } from '#read-models/database.js';
import {
  createFoldSchemaSql,
  foldSchemaName,
  pointViewsSql,
} from '#read-models/fold/fold-schema.js';
import { FOLD_TABLES } from '#read-models/fold/fold-tables.js';
import { migrate } from '#read-models/migrate.js';
import { conomyWebhook, mintcashWebhook } from './observe.js';
import { createDatabase } from './postgres.js';

export const never = new AbortController().signal;
export const quiet = { folded: () => {}, fenced: () => {} };

/** A database with read models, and logs to fold into them, for the specs of the projection. */
export class ProjectionBench {
  private serial = 0;

  private constructor(
    readonly database: Database,
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {}

  static async open(): Promise<ProjectionBench> {
    const { url, drop } = await createDatabase();
    await migrate(url);
    const database = openDatabase({
      url,
      poolMax: 8,
      applicationName: 'spec',
      onError: () => {},
    });
    return new ProjectionBench(database, url, drop);
  }

  async close(): Promise<void> {
    await this.database.end();
    await this.drop();
  }

  /** A fresh log with these records, and empty read models for it. */
  async logOf(
    records: readonly LogRecord[],
    { nowMs = Date.now }: { readonly nowMs?: () => number } = {},
  ): Promise<MemoryEventLog> {
    const { database } = this;
    const log = new MemoryEventLog({ topic: 'observations', partitions: 3, nowMs });
    await log.append(records);
    const { rows } = await database.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname like 'fold\\_%'`,
    );
    for (const { nspname } of rows) await database.query(`drop schema ${nspname} cascade`);
    await database.query('truncate ops.generations, ops.checkpoints, ops.outbox');
    await ensureLiveGeneration(database, log);
    return log;
  }

  /** As before the first record was folded. */
  async emptyTables(): Promise<void> {
    const schema = foldSchemaName({ version: FOLD_VERSION, generation: 1 });
    await this.database.query('update ops.checkpoints set next_position = 0');
    // Not truncated: the books refuse it.
    await this.database.query(
      `drop schema ${schema} cascade; ${createFoldSchemaSql(schema)}; ${pointViewsSql(schema)}`,
    );
  }

  /** Folds every partition, cut into batches of these sizes, from where the checkpoint stands. */
  async foldAll(
    log: MemoryEventLog,
    sizes: readonly number[] = [1000],
    rules: PostingRules = POSTING_RULES,
  ): Promise<void> {
    const handler = new ProjectionHandler(this.database, quiet, rules);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      const records = await recordsOf(log, partition);
      await handler.nextPosition(partition);
      let start = 0;
      for (let cut = 0; start < records.length; cut += 1) {
        const size = sizes[cut % sizes.length] ?? 1;
        const batch = records.slice(start, start + size);
        await handler.handle({ partition, records: batch, signal: never });
        start += size;
      }
    }
  }

  /** Folds all partitions at once, a batch of each in turn, as processes that share them would. */
  async foldTogether(log: MemoryEventLog, sizes: readonly number[]): Promise<void> {
    await Promise.all(
      Array.from({ length: log.partitions }, async (_, partition) => {
        const handler = new ProjectionHandler(this.database, quiet);
        const records = await recordsOf(log, partition);
        await handler.nextPosition(partition);
        let start = 0;
        for (let cut = partition; start < records.length; cut += 1) {
          const size = sizes[cut % sizes.length] ?? 1;
          const batch = records.slice(start, start + size);
          await handler.handle({ partition, records: batch, signal: never });
          start += size;
        }
      }),
    );
  }

  rebuild(
    log: MemoryEventLog,
    acceptsDifferences = false,
    rules: PostingRules = POSTING_RULES,
  ): Promise<RebuildResult> {
    return rebuild(
      { database: this.database, log },
      { swap: true, acceptsDifferences, rules, signal: never, onProgress: () => {} },
    );
  }

  async orderOf(orderId: string): Promise<unknown> {
    const { rows } = await this.database.query(
      'select status, assurance, reported from cuadre.orders where order_id = $1',
      [orderId],
    );
    return rows[0];
  }

  /** The tables as text, in no order: equal dumps, equal rows. */
  async dump(): Promise<unknown> {
    const dump: unknown[] = [];
    for (const { name: table } of FOLD_TABLES) {
      const { rows } = await this.database.query(
        `select to_jsonb(t) as row from cuadre.${table} t`,
      );
      dump.push([table, rows.map(({ row }) => JSON.stringify(row)).sort()]);
    }
    return dump;
  }

  /** A signed Conomy event about a transaction. */
  conomyEvent(id: string, eventType: string, transaction: object): LogRecord {
    this.serial += 1;
    return conomyWebhook(observationId(this.serial), {
      eventType,
      timestamp: '2026-04-17T15:30:00Z',
      transaction: { id, currency: 'ARS', ...transaction },
    });
  }

  /** A signed event; another order or event id where a spec is about that. */
  mintcashEvent(
    payment: string,
    event: string,
    { orderId = `ORD-${payment}`, eventId = `${payment}-${event}` } = {},
  ): LogRecord {
    this.serial += 1;
    return mintcashWebhook(observationId(this.serial), {
      eventId,
      event: `payment.${event}`,
      type: 'payment',
      environment: 'test',
      createdAt: '2026-06-30T15:41:21.585Z',
      data: { id: payment, externalId: orderId, status: event, amount: 25, currency: 'USD' },
    });
  }
}

export async function recordsOf(log: MemoryEventLog, partition: number): Promise<StoredRecord[]> {
  const end = await log.endPositions();
  const records: StoredRecord[] = [];
  for await (const batch of log.read(partition, 0n, end[partition] ?? 0n)) records.push(...batch);
  return records;
}

export function observationId(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}
