import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;

export type Postmaster = {
  readonly pid: number;
  /** Where it really listens: another process may have had another temporary folder. */
  readonly socketDir: string;
};

/** The live server of a cluster folder (a real path), or null where there is none. */
export async function findPostmaster(clusterDir: string): Promise<Postmaster | null> {
  const text = await readPidFile(clusterDir);
  const postmaster = text === null ? null : parsePidFile(text);
  return postmaster !== null && isRunningIn(postmaster.pid, clusterDir) ? postmaster : null;
}

/**
 * Takes away the pid file of a server that is gone. PostgreSQL itself would refuse to start as long as any
 * process has that number, which after a restart of a container is nearly sure.
 */
export async function removeStalePidFile(clusterDir: string): Promise<void> {
  const path = join(clusterDir, 'postmaster.pid');
  const judged = await readPidFile(clusterDir);
  if (judged === null) return;
  const pid = parsePidFile(judged)?.pid;
  if (pid !== undefined && isRunningIn(pid, clusterDir)) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return; // Somebody else was faster.
  }
  // A competitor may have started its server between our look and our move: give it back its file.
  if ((await readFile(aside, 'utf8')) === judged) await rm(aside, { force: true });
  else await rename(aside, path);
}

/** SIGINT is PostgreSQL's fast stop; after the time-out SIGQUIT, which costs a recovery but no data. */
export async function stopPostmaster({ pid, clusterDir, timeoutMs }: StopRequest): Promise<void> {
  if (await signalAndWait({ pid, clusterDir, timeoutMs }, 'SIGINT')) return;
  if (await signalAndWait({ pid, clusterDir, timeoutMs: 5000 }, 'SIGQUIT')) return;
  throw new Error(`PostgreSQL (pid ${pid}) in ${clusterDir} does not stop.`);
}

type StopRequest = {
  readonly pid: number;
  readonly clusterDir: string;
  readonly timeoutMs: number;
};

async function signalAndWait(request: StopRequest, signal: NodeJS.Signals): Promise<boolean> {
  const { pid, clusterDir, timeoutMs } = request;
  const deadlineMs = Date.now() + timeoutMs;
  if (!isRunningIn(pid, clusterDir)) return true;
  try {
    process.kill(pid, signal);
  } catch {
    return !isRunningIn(pid, clusterDir);
  }
  while (isRunningIn(pid, clusterDir)) {
    if (Date.now() > deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Every PostgreSQL process of the cluster folder: the server and its children, also orphaned ones. */
export function processesIn(clusterDir: string): readonly number[] {
  if (!existsSync('/proc/self/cwd')) return processesByCommand(clusterDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isRunningIn(pid, clusterDir));
}

/**
 * PostgreSQL's working folder is its data folder. That tells our server from a stranger that got its
 * number, and from a zombie, which has no working folder any more.
 */
function isRunningIn(pid: number, clusterDir: string): boolean {
  if (!existsSync('/proc/self/cwd')) return processesByCommand(clusterDir).includes(pid);
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === clusterDir && !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

/** Without /proc (macOS): the server and children that name the folder in their command line. */
function processesByCommand(clusterDir: string): readonly number[] {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=,stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !String(match[3]).startsWith('Z'))
    .map((match) => ({
      pid: Number(match?.[1]),
      parent: Number(match?.[2]),
      text: match?.[4] ?? '',
    }));
  const servers = rows
    .filter((row) => row.text.includes(`-D ${clusterDir} `))
    .map((row) => row.pid);
  return rows
    .filter((row) => servers.includes(row.pid) || servers.includes(row.parent))
    .map((row) => row.pid);
}

async function readPidFile(clusterDir: string): Promise<string | null> {
  try {
    return await readFile(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch {
    return null;
  }
}

/** Line 1 is the pid, line 5 the folder of the socket (missing while it starts). */
function parsePidFile(text: string): Postmaster | null {
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return pid === 1 ? { pid, socketDir: '' } : null;
  return { pid, socketDir: lines[4]?.trim() ?? '' };
}
