import { on } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { openPostgresEventLog } from '#event-log/postgres/postgres-event-log.js';
import type { EventLog } from '#event-log/event-log.js';
import type { LogRecord, StoredRecord } from '#events/record.js';
import { OBSERVATIONS } from '#events/topics.js';
import { uuidV7 } from '#events/uuid.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { migrate } from '#read-models/migrate.js';
import { cpuSecondsIn, ownCpuSeconds } from './cpu.js';
import type { MemberNews, MemberOrder } from './project-member.js';
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
  /** Projectors that share the partitions. */
  readonly members: number;
  readonly isJson: boolean;
}): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cuadre-bench-'));
  const members = Array.from(
    { length: options.members },
    () => new Worker(new URL('project-member.js', import.meta.url)),
  );
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
    const run = { events: options.events, members, url, dataDir };
    // Code that runs for the first time is slow, and that is not what is compared.
    await projectAll(database, mixedLog, run);
    const cuadre: Figures[] = [];
    const mixed: Figures[] = [];
    const baseline: Figures[] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      cuadre.push(await projectAll(database, log, run));
      mixed.push(await projectAll(database, mixedLog, run));
      baseline.push(await measure(dataDir, options.events, () => foldOneTable(url, log)));
    }
    printReport(
      {
        bench: 'project',
        method:
          `${options.events} events of ${options.events / STREAM_LIFE_EVENTS} payments, log and tables ` +
          `in one PostgreSQL with fsync on, ${options.members} projector(s), ` +
          `${options.rounds} interleaved rounds`,
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
    await Promise.all(members.map((member) => member.terminate()));
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

/** Measured from where every projector holds its partitions to where all records are folded. */
async function projectAll(
  database: Database,
  log: EventLog,
  run: {
    readonly events: number;
    readonly members: readonly Worker[];
    readonly url: string;
    readonly dataDir: string;
  },
): Promise<Figures> {
  const { rows } = await database.query<{ nspname: string }>(
    `select nspname from pg_namespace where nspname like 'fold\\_%'`,
  );
  for (const { nspname } of rows) await database.query(`drop schema ${nspname} cascade`);
  await database.query('truncate ops.generations, ops.checkpoints, ops.outbox');
  await ensureLiveGeneration(database, log);
  const { members } = run;
  await toldByAll(members, 'ready', {
    url: run.url,
    topic: log.topic,
    group: `bench-${uuidV7()}`,
    partitions: PARTITIONS,
    share: PARTITIONS / members.length,
    batchRecordsMax: BATCH_RECORDS,
  });
  const figures = await measure(run.dataDir, run.events, () => foldedBy(members, run.events));
  await toldByAll(members, 'stopped', 'stop');
  return figures;
}

/** Orders all of them, and waits for the news from each. */
async function toldByAll(
  members: readonly Worker[],
  news: MemberNews,
  order: MemberOrder,
): Promise<void> {
  await Promise.all(
    members.map(async (member) => {
      member.postMessage(order, []);
      for await (const [told] of on(member, 'message')) if (told === news) return;
    }),
  );
}

async function foldedBy(members: readonly Worker[], events: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let folded = 0;
  const count = (news: MemberNews): void => {
    folded += typeof news === 'number' ? news : 0;
    if (folded >= events) resolve();
  };
  for (const member of members) member.on('message', count).postMessage('start', []);
  await promise;
  for (const member of members) member.off('message', count);
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
