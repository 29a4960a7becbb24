import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StoredRecord } from '#events/record.js';
import type { TopicSettings } from '#events/topics.js';
import { uuidV7 } from '#events/uuid.js';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { eventually, readAll, record } from '../contract-records.contract.js';
import { describeEventLog } from '../event-log.contract.js';
import { LogUnavailable, type EventLog } from '../event-log.js';
import { FencedSink } from '../fenced-sink.contract.js';
import { eventLogPoolConfig, openEventLogPool } from './pool.js';
import { openPostgresEventLog } from './postgres-event-log.js';

let database: SpecDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database.drop();
});

const LEASE_MS = 1_500;

type CuttablePool = { readonly pool: Pool; cut(): Promise<void>; restore(): void };

/** A pool whose connections can be cut, as the death of its process or its database would. */
function openCuttablePool(): CuttablePool {
  let isCut = false;
  const name = `spec-${uuidV7()}`;
  const config = eventLogPoolConfig({ url: database.url });
  const pool = new Pool({
    ...config,
    application_name: name,
    onConnect: (client) => {
      if (isCut) throw new Error('cut');
      return config.onConnect?.(client);
    },
  });
  pool.on('error', () => undefined);
  const cut = async (): Promise<void> => {
    isCut = true;
    await terminate(name);
  };
  const restore = (): void => {
    isCut = false;
  };
  return { pool, cut, restore };
}

async function terminate(applicationName: string): Promise<void> {
  const admin = new Pool({ connectionString: database.url, max: 1 });
  await admin.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1',
    [applicationName],
  );
  await admin.end();
}

function newTopic(): TopicSettings {
  const name = `spec.${uuidV7()}`;
  return { name, cleanup: 'delete', retentionMs: -1, recordBytesMax: 1_048_576 };
}

describeEventLog('PostgreSQL', async ({ partitions }) => {
  const settings = newTopic();
  const opened = new Map<EventLog, CuttablePool>();
  return {
    takeoverMsMax: LEASE_MS,
    open: async (options = {}) => {
      const connection = openCuttablePool();
      const { pendingRecordsMax } = options;
      const log = await openPostgresEventLog({
        database: connection.pool,
        settings,
        partitions: options.partitions ?? partitions,
        leaseMs: LEASE_MS,
        limits: pendingRecordsMax === undefined ? {} : { pendingRecordsMax },
      });
      opened.set(log, connection);
      return log;
    },
    crash: async (log) => opened.get(log)?.cut(),
    close: async () => {
      for (const [log, { pool }] of opened) {
        await log.close();
        await pool.end();
      }
    },
  };
});

describe('PostgreSQL event log', () => {
  it('leaves no gap and loses nothing with many writers; no reader skips', async () => {
    const settings = newTopic();
    const partitions = 5;
    const logs = await openTwo(settings, partitions);
    const [reader = fail()] = await openTwo(settings, partitions);
    const sink = new FencedSink(partitions);
    await reader.subscribe('g', sink.handlerOf('a'), { batchRecordsMax: 40 });
    const writers = logs.flatMap((log, l) =>
      Array.from({ length: 32 }, async (_, w) => {
        const texts: string[] = [];
        for (let n = 0; n < 25; n += 1) {
          const own = [`${l}.${w}.${n}.a`, `${l}.${w}.${n}.b`];
          await log.append(own.map((text) => record(`key-${(w + n) % 17}`, text)));
          texts.push(...own);
        }
        return texts;
      }),
    );
    const written = (await Promise.all(writers)).flat().sort();
    const stored = await readAll(reader);
    expect(stored.map((each) => each.value.toString()).sort()).toEqual(written);
    for (const [partition, end] of (await reader.endPositions()).entries()) {
      const own = stored.filter((each) => each.partition === partition);
      expect(own.map((each) => each.position)).toEqual(countTo(end));
      expectTimesRise(own);
    }
    await eventually(() => sink.applied.length >= written.length, {
      withinMs: 20_000,
      state: () => sink.applied.length,
    });
    expect(sink.texts().sort()).toEqual(written);
    for (const [partition, next] of sink.next.entries()) {
      expect(sink.positions(partition)).toEqual(countTo(next));
    }
  });

  it('shows no record before one with a lower position, also to a reader in between', async () => {
    const settings = newTopic();
    const logs = await openTwo(settings, 1);
    const state = { isWriting: true };
    const writing = Promise.all(
      logs.map(async (log, l) => {
        for (let n = 0; n < 150; n += 1) await log.append([record('k', `${l}.${n}`)]);
      }),
    ).finally(() => (state.isWriting = false));
    const [reader = fail()] = await openTwo(settings, 1);
    while (state.isWriting) {
      const [end = 0n] = await reader.endPositions();
      const seen = await readAll(reader);
      expect(seen.map((each) => each.position)).toEqual(countTo(BigInt(seen.length)));
      expect(BigInt(seen.length)).toBeGreaterThanOrEqual(end);
    }
    await writing;
  });

  it('refuses appends while its database is away, and recovers by itself', async () => {
    const settings = newTopic();
    const { log, connection } = await openCuttable({ settings, partitions: 2 });
    const sink = new FencedSink(2);
    const errors: unknown[] = [];
    await log.subscribe('g', sink.handlerOf('a'), { onError: (error) => errors.push(error) });
    await log.append([record('k', 'before')]);
    await connection.cut();
    await expect(log.append([record('k', 'during')])).rejects.toBeInstanceOf(LogUnavailable);
    await eventually(() => errors.length > 0, { withinMs: 10_000, state: () => 'no error' });
    connection.restore();
    await expect(log.append([record('k', 'after')])).resolves.toHaveLength(1);
    const isCaughtUp = (): boolean => sink.texts().includes('after');
    await eventually(isCaughtUp, { withinMs: 15_000, state: () => sink.texts() });
    expect(sink.texts()).toEqual(['before', 'after']);
  });

  it('tells a batch under way that its partition is lost', async () => {
    const settings = newTopic();
    const { log, connection } = await openCuttable({ settings, partitions: 1 });
    await log.append([record('k', 'r')]);
    const sink = new FencedSink(1);
    const aborted = Promise.withResolvers<undefined>();
    const waiting = async (batch: { readonly signal: AbortSignal }): Promise<void> => {
      batch.signal.addEventListener('abort', () => aborted.resolve(undefined));
      await aborted.promise;
    };
    const subscription = await log.subscribe('g', sink.handlerOf('a', waiting));
    await eventually(() => sink.batches.length === 1, { withinMs: 5_000, state: () => 'none' });
    await connection.cut();
    await aborted.promise;
    expect(subscription.assigned()).toEqual([]);
  });

  it('stamps records when their turn has come, and never earlier than those before', async () => {
    const settings = newTopic();
    const log = await openOwn(settings, 1);
    const admin = new Client({ connectionString: database.url });
    await admin.connect();
    onTestFinished(() => admin.end());
    const head = `select topic_id from event_log.topics where topic = '${settings.name}'`;
    await admin.query('begin');
    await admin.query(`select from event_log.heads where topic_id = (${head}) for update`);
    const waiting = log.append([record('k', 'waited')]);
    await admin.query('select pg_sleep(0.2)');
    const nowMs = await databaseNowMs(admin);
    await admin.query('commit');
    await waiting;
    const inAnHour = `clock_timestamp() + interval '1 hour'`;
    await admin.query(
      `update event_log.heads set appended_at = ${inAnHour} where topic_id = (${head})`,
    );
    await log.append([record('k', 'after the clock was put back')]);
    const [waited, later] = await readAll(log);
    expect(waited?.appendedAtMs).toBeGreaterThanOrEqual(nowMs);
    expect(later?.appendedAtMs).toBeGreaterThan(nowMs + 3_590_000);
  });

  it('is created once, by however many at once, each topic with its own records', async () => {
    const settings = newTopic();
    const logs = await Promise.all(Array.from({ length: 6 }, () => openOwn(settings, 3)));
    expect(new Set(logs.map((log) => log.logId)).size).toBe(1);
    const other = await openOwn(newTopic(), 3);
    expect(other.logId).not.toBe(logs[0]?.logId);
    await other.append([record('k', 'other')]);
    expect(await readAll(logs[0] ?? fail())).toEqual([]);
  });

  it('insists on durable commits, whatever the server says', async () => {
    const pool = openEventLogPool({ url: database.url });
    onTestFinished(() => pool.end());
    const { rows } = await pool.query(`select current_setting('synchronous_commit') as setting`);
    expect(rows).toEqual([{ setting: 'on' }]);
  });
});

async function databaseNowMs(client: Client): Promise<number> {
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]?.now.getTime() ?? fail();
}

async function openCuttable(topic: {
  readonly settings: TopicSettings;
  readonly partitions: number;
}): Promise<{ readonly log: EventLog; readonly connection: CuttablePool }> {
  const connection = openCuttablePool();
  const { pool } = connection;
  const log = await openPostgresEventLog({ ...topic, database: pool, leaseMs: LEASE_MS });
  onTestFinished(async () => {
    await log.close();
    await pool.end();
  });
  return { log, connection };
}

async function openOwn(settings: TopicSettings, partitions: number): Promise<EventLog> {
  const log = await openPostgresEventLog({ database: database.url, settings, partitions });
  onTestFinished(() => log.close());
  return log;
}

async function openTwo(settings: TopicSettings, partitions: number): Promise<EventLog[]> {
  return [await openOwn(settings, partitions), await openOwn(settings, partitions)];
}

function countTo(end: bigint): bigint[] {
  return Array.from({ length: Number(end) }, (_, index) => BigInt(index));
}

function expectTimesRise(records: readonly StoredRecord[]): void {
  const times = records.map((each) => each.appendedAtMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
}

function fail(): never {
  throw new Error('Not opened.');
}
