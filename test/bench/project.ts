import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openPostgresEventLog } from '#event-log/postgres/postgres-event-log.js';
import type { EventLog } from '#event-log/event-log.js';
import type { LogRecord, StoredRecord } from '#events/record.js';
import { OBSERVATIONS } from '#events/topics.js';
import { uuidV7 } from '#events/uuid.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { migrate } from '#read-models/migrate.js';
import { cpuSecondsIn, ownCpuSeconds } from './cpu.js';
import { mintcashStream, mixedStream, STREAM_LIFE_EVENTS } from './project-streams.js';
import { printReport, type Figures } from './report.js';

const PARTITIONS = 12;
const BATCH_RECORDS = 2_000;

/**
 * The projector with every table, against a hand-written fold of the same log into one table. Both read
 * the log from PostgreSQL and commit each batch durably with its checkpoint.
 */
export async function benchProject(options: {
  readonly events: number;
  readonly rounds: number;
  readonly isJson: boolean;
}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cuadre-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  const url = server.url;
  const database = openDatabase({
    url,
    poolMax: 8,
    applicationName: 'bench',
    onError: () => undefined,
  });
  try {
    await migrate(url);
    const log = await openPostgresEventLog({
      database: url,
      settings: OBSERVATIONS,
      partitions: PARTITIONS,
    });
    await fill(log, mintcashStream(options.events));
    const mixedLog = await openPostgresEventLog({
      database: url,
      settings: { ...OBSERVATIONS, name: 'bench.mixed' },
      partitions: PARTITIONS,
    });
    await fill(mixedLog, mixedStream(options.events));
    const cuadre: Figures[] = [];
    const mixed: Figures[] = [];
    const baseline: Figures[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      cuadre.push(await measure(dataDir, options.events, () => projectAll(database, log)));
      mixed.push(await measure(dataDir, options.events, () => projectAll(database, mixedLog)));
      baseline.push(await measure(dataDir, options.events, () => foldOneTable(url, log)));
    }
    printReport(
      {
        bench: 'project',
        method:
          `${options.events} events of ${options.events / STREAM_LIFE_EVENTS} payments, log and tables ` +
          `in one PostgreSQL with fsync on, ${options.rounds} interleaved rounds`,
        contestants: [
          { name: 'one table, hand-written', rounds: baseline },
          { name: 'cuadre, every table', rounds: cuadre },
          { name: 'cuadre, every table, four providers', rounds: mixed },
        ],
      },
      options.isJson,
    );
    await log.close();
    await mixedLog.close();
  } finally {
    await database.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(log: EventLog, records: readonly LogRecord[]): Promise<void> {
  for (let start = 0; start < records.length; start += 5_000) {
    await log.append(records.slice(start, start + 5_000));
  }
}

async function measure(
  dataDir: string,
  events: number,
  work: () => Promise<void>,
): Promise<Figures> {
  const before = { own: ownCpuSeconds(), database: cpuSecondsIn(dataDir), ms: performance.now() };
  await work();
  const seconds = (performance.now() - before.ms) / 1000;
  return {
    'events/s': events / seconds,
    'node CPU us/event': ((ownCpuSeconds() - before.own) * 1e6) / events,
    'database CPU us/event': ((cpuSecondsIn(dataDir) - before.database) * 1e6) / events,
  };
}

async function projectAll(database: Database, log: EventLog): Promise<void> {
  const { rows } = await database.query<{ nspname: string }>(
    `select nspname from pg_namespace where nspname like 'fold\\_%'`,
  );
  for (const { nspname } of rows) await database.query(`drop schema ${nspname} cascade`);
  await database.query('truncate ops.generations, ops.checkpoints, ops.outbox');
  await ensureLiveGeneration(database, log);
  const end = await log.endPositions();
  const total = end.reduce((sum, position) => sum + position, 0n);
  let folded = 0n;
  const handler = new ProjectionHandler(database, {
    folded: (_partition, batch) => {
      folded += BigInt(batch.outcomes.length);
    },
    fenced: () => undefined,
  });
  const subscription = await log.subscribe(`bench-${uuidV7()}`, handler, {
    batchRecordsMax: BATCH_RECORDS,
    onError: (error) => {
      throw error;
    },
  });
  while (folded < total) await sleep(5);
  await subscription.stop();
}

/** What one would write by hand for one table: parse, keep the last status, upsert with the offset. */
async function foldOneTable(url: string, log: EventLog): Promise<void> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  await pool.query('drop table if exists bench_payments, bench_offsets');
  await pool.query('create table bench_offsets (partition int primary key, next bigint not null)');
  await pool.query(
    `create table bench_payments (id text primary key, order_id text, status text, amount text,
                                  version bigint not null)`,
  );
  const end = await log.endPositions();
  for (const [partition, to] of end.entries()) {
    await pool.query('insert into bench_offsets values ($1, 0)', [partition]);
    for await (const records of log.read(partition, 0n, to)) {
      await foldPage(pool, partition, records);
    }
  }
  await pool.end();
}

type Folded = {
  readonly id: string;
  readonly order: string;
  readonly status: string;
  readonly amount: string;
  readonly count: number;
};

async function foldPage(
  pool: pg.Pool,
  partition: number,
  records: readonly StoredRecord[],
): Promise<void> {
  const folded = new Map<string, Folded>();
  for (const { value } of records) {
    const { body } = JSON.parse(value.toString('utf8')) as {
      body: { data: { id: string; externalId: string; status: string; amount: number } };
    };
    const { id, externalId, status, amount } = body.data;
    const count = (folded.get(id)?.count ?? 0) + 1;
    folded.set(id, { id, order: externalId, status, amount: String(amount), count });
  }
  const rows = [...folded.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const first = records[0]?.position ?? 0n;
  const client = await pool.connect();
  await client.query('begin');
  const moved = await client.query(
    'update bench_offsets set next = $3 where partition = $1 and next = $2',
    [partition, first.toString(), (first + BigInt(records.length)).toString()],
  );
  if (moved.rowCount !== 1) throw new Error('The baseline lost its place.');
  await client.query({
    name: 'upsert',
    text: `insert into bench_payments as b
           select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
           on conflict (id) do update
              set status = excluded.status, amount = excluded.amount,
                  version = b.version + excluded.version`,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.order),
      rows.map((row) => row.status),
      rows.map((row) => row.amount),
      rows.map((row) => row.count),
    ],
  });
  await client.query('commit');
  client.release();
}
