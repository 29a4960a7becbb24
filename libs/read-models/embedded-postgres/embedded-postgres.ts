import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, open, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { existingCluster, prepareCluster } from './cluster.js';
import { isErrorCode } from './error-code.js';
import { locatePostgresBinaries } from './postgres-binaries.js';
import {
  findPostmaster,
  processesIn,
  removeStalePidFile,
  stopPostmaster,
  type Postmaster,
} from './postmaster.js';
import { unprivilegedPrefix } from './unprivileged.js';

export type EmbeddedPostgres = {
  /** For pg and TypeORM: `postgresql://cuadre@/postgres?host={socket folder}`. */
  readonly url: string;
  readonly pid: number;
  /** True where the server of an earlier process was still running. */
  readonly wasAdopted: boolean;
  /** Stops the server (fast: open transactions are rolled back) and waits. */
  stop(): Promise<void>;
};

export type EmbeddedPostgresOptions = {
  /** The cluster goes into `{dataDir}/postgres`, what the server writes to `{dataDir}/postgres.log`. */
  readonly dataDir: string;
  /** Server settings that win over `SETTINGS`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Covers a recovery after a crash as well. */
  readonly startTimeoutMs?: number;
};

/**
 * Starts the PostgreSQL of a data folder, or adopts the one that still runs there after its process was
 * killed. It outlives this process unless `stop` is called; it listens on a socket of this user only.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const settings = { ...SETTINGS, ...options.settings };
  const binaries = await locatePostgresBinaries();
  const prefix = await unprivilegedPrefix();
  const clusterDir = await prepareCluster({
    dataDir: options.dataDir,
    prefix,
    initdb: binaries.initdb,
    isSynced: settings['fsync'] !== 'off',
  });
  const command = [...prefix, binaries.postgres];
  const launch = { command, clusterDir, settings };
  const { postmaster, wasAdopted } = await startOrAdopt(launch, options.startTimeoutMs ?? 120_000);
  return {
    url: socketUrl(postmaster.socketDir),
    pid: postmaster.pid,
    wasAdopted,
    stop: async () => {
      await stopPostmaster({ pid: postmaster.pid, clusterDir, timeoutMs: STOP_TIMEOUT_MS });
      // Tidiness only: the next start makes the folder again.
      await rmdir(postmaster.socketDir).catch(() => {});
    },
  };
}

/** Every PostgreSQL process of a data folder: the server and its children, also orphaned ones. */
export async function postgresPids(dataDir: string): Promise<readonly number[]> {
  const clusterDir = await existingCluster(dataDir);
  return clusterDir === null ? [] : processesIn(clusterDir);
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  // Named, because the server would otherwise take it from the environment.
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '60',
  shared_buffers: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  // The packaged builds have no lz4, and pglz costs more CPU than the disk it saves.
  wal_compression: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const STOP_TIMEOUT_MS = 8000;
const POLL_MS = 25;
const LOG_BYTES_MAX = 16_777_216;
/** A server that was just killed leaves children, and with them its shared memory, for a moment. */
const RESTART_PAUSE_MS = 200;
const FAILURES_MAX = 4;

type Launch = {
  readonly command: readonly string[];
  readonly clusterDir: string;
  readonly settings: Readonly<Record<string, string>>;
};

type Started = { readonly postmaster: Postmaster; readonly wasAdopted: boolean };

async function startOrAdopt(launch: Launch, timeoutMs: number): Promise<Started> {
  const { clusterDir } = launch;
  const deadlineMs = Date.now() + timeoutMs;
  let child: ChildProcess | null = null;
  let failures = 0;
  while (Date.now() < deadlineMs && failures < FAILURES_MAX) {
    const postmaster = await findPostmaster(clusterDir);
    if (postmaster !== null && (await isAnswering(postmaster.socketDir))) {
      return { postmaster, wasAdopted: postmaster.pid !== child?.pid };
    }
    if (postmaster !== null && hasLostItsSocket(postmaster)) {
      await stopPostmaster({ pid: postmaster.pid, clusterDir, timeoutMs: STOP_TIMEOUT_MS });
    } else if (postmaster === null && !isRunning(child)) {
      // Without orphans in the way, a server that ends at once will do so again.
      if (child !== null && processesIn(clusterDir).length === 0) failures += 1;
      if (child !== null) await sleep(RESTART_PAUSE_MS);
      await removeStalePidFile(clusterDir);
      child = await launchServer(launch);
    }
    await sleep(POLL_MS);
  }
  throw new Error(
    `PostgreSQL did not start in ${clusterDir} (${failures} failed starts, ${timeoutMs} ms allowed). ` +
      `The end of its log:\n${await logTail(logPath(clusterDir))}`,
  );
}

function isRunning(child: ChildProcess | null): boolean {
  return child !== null && child.exitCode === null && child.signalCode === null;
}

/** Something swept the temporary folder: the server runs, but nobody can ever reach it again. */
function hasLostItsSocket({ socketDir }: Postmaster): boolean {
  return socketDir !== '' && !existsSync(join(socketDir, '.s.PGSQL.5432'));
}

async function launchServer({ command, clusterDir, settings }: Launch): Promise<ChildProcess> {
  const socketDir = await prepareSocketDir(clusterDir);
  const log = await openLog(logPath(clusterDir));
  const [file = '', ...args] = [
    ...command,
    '-D',
    clusterDir,
    '-k',
    socketDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  try {
    // Detached: Ctrl-C must reach us alone, since we drain before the database may stop.
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      cwd: '/',
    });
    child.on('error', () => {}); // Seen by the caller as a child that does not run.
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/**
 * Socket paths are limited to 107 bytes, so the socket does not lie in the data folder. The folder is
 * checked because anyone may write to the temporary folder, and who owns the socket's folder owns us.
 */
async function prepareSocketDir(clusterDir: string): Promise<string> {
  const name = createHash('sha256').update(clusterDir).digest('hex').slice(0, 12);
  const socketDir = join(tmpdir(), `cuadre-${name}`);
  try {
    await mkdir(socketDir, { mode: 0o700 });
  } catch (error) {
    if (!isErrorCode(error, 'EEXIST')) throw error;
  }
  const found = await lstat(socketDir);
  if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) {
    throw new Error(`${socketDir} belongs to somebody else: remove it, or set TMPDIR.`);
  }
  await chmod(socketDir, 0o700);
  // Like postmaster.pid it would block a start for as long as any process has the old number.
  await rm(join(socketDir, '.s.PGSQL.5432.lock'), { force: true });
  return socketDir;
}

function socketUrl(socketDir: string): string {
  return `postgresql://cuadre@/postgres?host=${encodeURIComponent(socketDir)}`;
}

async function isAnswering(socketDir: string): Promise<boolean> {
  if (socketDir === '') return false;
  const client = new pg.Client({
    connectionString: socketUrl(socketDir),
    connectionTimeoutMillis: 2000,
    query_timeout: 2000,
  });
  client.on('error', () => {}); // A server that dies under the question is one that does not answer.
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function logPath(clusterDir: string): string {
  return join(dirname(clusterDir), 'postgres.log');
}

async function openLog(path: string): ReturnType<typeof open> {
  const bytes = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (bytes > LOG_BYTES_MAX) await rename(path, `${path}.1`);
  return open(path, 'a', 0o600);
}

async function logTail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n').slice(-15).join('\n');
}
