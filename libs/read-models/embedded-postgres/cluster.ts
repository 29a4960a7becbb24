import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isErrorCode } from './error-code.js';

const run = promisify(execFile);

const INITDB_TIMEOUT_MS = 120_000;

/** Folders that this process is filling just now: not leftovers. */
const underWay = new Set<string>();

export type ClusterRequest = {
  readonly dataDir: string;
  /** Command words before `initdb`. */
  readonly prefix: readonly string[];
  readonly initdb: string;
  /** False only where losing the data is fine. */
  readonly isSynced: boolean;
};

/**
 * The cluster folder (a real path) inside the data folder, made where it is missing: into a folder of its
 * own first, then renamed, so that a kill at any moment leaves either a whole cluster or a leftover.
 */
export async function prepareCluster(request: ClusterRequest): Promise<string> {
  await mkdir(request.dataDir, { recursive: true });
  const dataDir = await realpath(request.dataDir);
  await removeLeftovers(dataDir);
  const clusterDir = join(dataDir, 'postgres');
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await makeCluster(clusterDir, request);
  return clusterDir;
}

/** The cluster folder of a data folder, or null where there is none yet. */
export async function existingCluster(dataDir: string): Promise<string | null> {
  try {
    return await realpath(join(dataDir, 'postgres'));
  } catch {
    return null;
  }
}

async function makeCluster(clusterDir: string, request: ClusterRequest): Promise<void> {
  // The pid in the name tells a competitor's unfinished folder from a leftover.
  const freshDir = `${clusterDir}.${process.pid}-${randomUUID()}`;
  underWay.add(freshDir);
  try {
    await initialise(freshDir, request);
    await rename(freshDir, clusterDir);
  } catch (error) {
    // Another process on the same fresh folder was faster: its cluster is as good.
    const isOvertaken = isErrorCode(error, 'ENOTEMPTY', 'EEXIST');
    await rm(freshDir, { recursive: true, force: true });
    if (!isOvertaken) throw error;
  } finally {
    underWay.delete(freshDir);
  }
}

async function initialise(freshDir: string, request: ClusterRequest): Promise<void> {
  const options = ['-U', 'cuadre', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions'];
  if (!request.isSynced) options.push('--no-sync');
  const [command = '', ...args] = [...request.prefix, request.initdb, '-D', freshDir, ...options];
  try {
    await run(command, args, { timeout: INITDB_TIMEOUT_MS });
  } catch (cause) {
    const output = isOutput(cause) ? `${cause.stdout}${cause.stderr}`.trim().slice(-1000) : '';
    throw new Error(`initdb failed in ${freshDir}: ${output}`, { cause });
  }
}

/** Folders of an initdb that was killed. */
async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const maker = /^postgres\.(\d+)-[0-9a-f-]{36}$/.exec(name)?.[1];
    const path = join(dataDir, name);
    if (maker === undefined || underWay.has(path)) continue;
    if (Number(maker) !== process.pid && isAlive(Number(maker))) continue;
    // The initdb of a killed process may still be writing: then a later start removes it.
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrorCode(error, 'EPERM');
  }
}

function isOutput(error: unknown): error is { readonly stdout: string; readonly stderr: string } {
  return typeof error === 'object' && error !== null && 'stdout' in error && 'stderr' in error;
}
