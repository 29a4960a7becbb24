import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase } from '../../../test/harness/postgres.js';
import { claimDataDir } from './data-dir-claim.js';
import {
  postgresPids,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded-postgres.js';

let dataDir: string;
const socketDirs = new Set<string>();

beforeEach(async () => {
  // 0700, so a server that ran as a user of its own could not reach it.
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-embedded-'));
});

afterEach(async () => {
  await killAll();
  await rm(dataDir, { recursive: true, force: true });
  for (const path of socketDirs) await rm(path, { recursive: true, force: true });
});

describe('the embedded server', () => {
  it('works in a folder that only its owner may enter, with durable settings', async () => {
    const server = await start();
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await query(server.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(server.url, 'show synchronous_commit')).toEqual([
      { synchronous_commit: 'on' },
    ]);
    expect(await query(server.url, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await server.stop();
    expect(await postgresPids(dataDir)).toEqual([]);
  });

  it('has every committed row after all of its processes were killed', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select generate_series(1, 500) as id');
    await killAll();
    const second = await start();
    expect(second.wasAdopted).toBe(false);
    expect(await query(second.url, 'select count(*)::int as rows from kept')).toEqual([
      { rows: 500 },
    ]);
  });

  it('comes up while children of a killed server are still there', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 1 as id');
    const busy = new pg.Client({ connectionString: first.url });
    busy.on('error', () => {});
    await busy.connect();
    const sleeping = busy.query('select pg_sleep(1)').catch(() => {});
    process.kill(first.pid, 'SIGKILL');
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url, 'select id from kept')).toEqual([{ id: 1 }]);
    await sleeping;
    await busy.end().catch(() => {});
  });

  it('is adopted, not started twice, by a second process', async () => {
    const first = await start();
    const second = await start();
    expect(first.wasAdopted).toBe(false);
    expect(second).toMatchObject({ pid: first.pid, url: first.url, wasAdopted: true });
  });

  it('is one server when several start on a fresh folder at once', async () => {
    const servers = await Promise.all([1, 2, 3].map(() => start()));
    expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
    expect(await query(servers[2]?.url ?? '', 'select 1 as one')).toEqual([{ one: 1 }]);
    const left = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.'));
    expect(left).toEqual(['postgres.log']);
  });

  it('starts past the pid files of a dead server whose number somebody else has now', async () => {
    const first = await start();
    const socketDir = socketDirOf(first);
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid');
    const lines = (await readFile(pidFile, 'utf8')).split('\n');
    await killAll();
    // Any live process that is neither this one nor its parents would block PostgreSQL itself.
    const stranger = String(await livePidOfSomebodyElse());
    await writeFile(pidFile, [stranger, ...lines.slice(1)].join('\n'));
    await writeFile(join(socketDir, '.s.PGSQL.5432.lock'), `${stranger}\n`);
    const second = await start({ startTimeoutMs: 20_000 });
    expect(second.wasAdopted).toBe(false);
    expect(String(second.pid)).not.toBe(stranger);
  });

  it('is started again when its socket was swept away', async () => {
    const first = await start();
    const socketDir = socketDirOf(first);
    await rm(socketDir, { recursive: true });
    const second = await start({ startTimeoutMs: 20_000 });
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('removes what a killed initdb left behind', async () => {
    const leftover = join(dataDir, `postgres.4194305-${randomUUID()}`);
    await mkdir(join(leftover, 'base'), { recursive: true });
    await start();
    expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log']);
  });

  it('says what the server said when it does not come up', async () => {
    const settings = { shared_buffers: 'nonsense' };
    await expect(start({ settings })).rejects.toThrow(
      /invalid value for parameter "shared_buffers"/,
    );
  });
});

describe('the claim on a data folder', () => {
  it('refuses a second holder and is free after the first released it', async () => {
    const { url, drop } = await createDatabase();
    const first = await claimDataDir(url);
    expect(first).not.toBeNull();
    expect(await claimDataDir(url, { waitMs: 100 })).toBeNull();
    await first?.release();
    const second = await claimDataDir(url, { waitMs: 100 });
    expect(second).not.toBeNull();
    await second?.release();
    await drop();
  });

  it('is lost, and told so, when its connection ends', async () => {
    const { url, drop } = await createDatabase();
    const lost: Error[] = [];
    await claimDataDir(url, { onLost: (error) => lost.push(error) });
    await query(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'cuadre-claim' and datname = current_database()`,
    );
    const second = await claimDataDir(url);
    expect(second).not.toBeNull();
    expect(lost).toHaveLength(1);
    await second?.release();
    await drop();
  });
});

async function start(
  options: Omit<EmbeddedPostgresOptions, 'dataDir'> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...options });
  socketDirs.add(socketDirOf(server));
  return server;
}

function socketDirOf(server: EmbeddedPostgres): string {
  return decodeURIComponent(server.url.split('host=')[1] ?? '');
}

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function killAll(): Promise<void> {
  for (
    let pids = await postgresPids(dataDir);
    pids.length > 0;
    pids = await postgresPids(dataDir)
  ) {
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

async function livePidOfSomebodyElse(): Promise<number> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const mine = [process.pid, process.ppid, 1];
  const other = names.map(Number).find((pid) => !mine.includes(pid));
  return other ?? 1;
}
