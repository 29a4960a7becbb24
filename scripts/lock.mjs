import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WAIT_MS_MAX = 15 * 60_000;
const POLL_MS = 100;

/**
 * Runs `work` while this process alone holds the lock folder; waits for a live holder. A folder with
 * its owner's name inside is moved into place: the lock is never seen without its owner.
 */
export function withLock(folder, work) {
  const owner = identityOf(process.pid);
  const candidate = `${folder}.${process.pid}.new`;
  rmSync(candidate, { recursive: true, force: true });
  mkdirSync(candidate, { recursive: true });
  writeFileSync(join(candidate, owner), '');
  const deadline = Date.now() + WAIT_MS_MAX;
  let hasSaid = false;
  while (!moved(candidate, folder)) {
    if (Date.now() > deadline) {
      rmSync(candidate, { recursive: true, force: true });
      throw new Error(`Another run holds ${folder} for too long; delete it if none is under way.`);
    }
    const holder = holderOf(folder);
    if (holder !== undefined && !isAlive(holder)) {
      // The target is named after the dead holder and stays: a slower breaker, which would move the
      // next owner's lock away, fails on it.
      moved(folder, join(dirname(folder), `.cuadre-dead-${holder}`));
    } else {
      if (!hasSaid) process.stderr.write('Another run is preparing this folder: waiting.\n');
      hasSaid = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    }
  }
  try {
    return work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function moved(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

function holderOf(folder) {
  try {
    return readdirSync(folder)[0];
  } catch {
    return undefined;
  }
}

/** A pid alone may belong to somebody else by now; on Linux its start time tells. */
function identityOf(pid) {
  return `${pid}-${startTimeOf(pid) ?? 'unknown'}`;
}

function isAlive(identity) {
  const pid = Number(identity.split('-')[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return identityOf(pid) === identity || identity.endsWith('-unknown');
}

function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
