import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { migrate } from '#read-models/migrate.js';
import { cpuSecondsIn } from './cpu.js';
import type { ArenaOptions, IngestArena, IngestContestant } from './ingest-arena.js';
import { startCuadreIngest } from './ingest-cuadre.js';
import { startIngestServer } from './ingest-server.js';
import { DELIVERIES_TABLE } from './servers/deliveries-table.js';

const BASELINES = [
  {
    name: 'bare, group commit',
    entry: new URL('./servers/group-commit.js', import.meta.url),
    database: 'group_commit',
    isInEveryRace: true,
  },
  {
    name: 'bare, insert each',
    entry: new URL('./servers/insert-each.js', import.meta.url),
    database: 'insert_each',
    isInEveryRace: false,
  },
] as const;

/** One PostgreSQL, as Cuadre starts it for itself; every contestant with a database of its own. */
export async function startPostgresArena(options: ArenaOptions): Promise<IngestArena> {
  const dataDir = join(options.dir, 'postgres');
  const postgres = await startEmbeddedPostgres({ dataDir });
  const pools: pg.Pool[] = [];
  const openPool = (name: string): pg.Pool => {
    const pool = new pg.Pool({ connectionString: databaseUrl(postgres.url, name), max: 1 });
    // The server may end a connection that is being closed; unheard, that ends the process.
    pool.on('error', () => undefined);
    pools.push(pool);
    return pool;
  };
  const server = openPool('postgres');
  const contestants: IngestContestant[] = [];
  for (const { name, entry, database, isInEveryRace } of BASELINES) {
    await server.query(`create database ${database}`);
    const pool = openPool(database);
    await pool.query(DELIVERIES_TABLE);
    const env = { DATABASE_URL: databaseUrl(postgres.url, database) };
    contestants.push({
      name,
      isInEveryRace,
      server: await startIngestServer({ ...options, name, entry, env }),
      countDurable: () => countRows(pool, 'deliveries'),
    });
  }
  await server.query('create database cuadre');
  const cuadreUrl = databaseUrl(postgres.url, 'cuadre');
  await migrate(cuadreUrl);
  const cuadre = openPool('cuadre');
  contestants.push({
    name: 'cuadre',
    isInEveryRace: true,
    server: await startCuadreIngest({ DATABASE_URL: cuadreUrl }, options),
    countDurable: () => countRows(cuadre, 'event_log.records'),
  });
  return {
    contestants,
    storeName: 'database',
    storeText: 'one PostgreSQL with fsync on',
    storeCpuSeconds: () => cpuSecondsIn(dataDir),
    settle: async () => {
      await server.query('checkpoint');
    },
    stop: async () => {
      await Promise.all(contestants.map((contestant) => contestant.server.stop()));
      await Promise.all(pools.map((pool) => pool.end()));
      await postgres.stop();
    },
  };
}

async function countRows(pool: pg.Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

/** Not by `URL`, which refuses the empty host of a socket's url. */
function databaseUrl(url: string, name: string): string {
  return url.replace('/postgres?', `/${name}?`);
}
