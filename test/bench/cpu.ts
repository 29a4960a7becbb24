import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Kernel clock ticks a second: fixed at 100 on Linux. */
const TICKS_PER_SECOND = 100;

/** User and system CPU that a process has used, in seconds; 0 once it is gone. Linux only. */
export function cpuSecondsOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, and the same of children that have ended.
    return (
      [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) /
      TICKS_PER_SECOND
    );
  } catch {
    return 0;
  }
}

/** CPU of every process that works in a folder, as a PostgreSQL cluster's processes do. */
export function cpuSecondsIn(dir: string): number {
  let sum = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readlinkSync(`/proc/${name}/cwd`).startsWith(dir)) sum += cpuSecondsOf(Number(name));
    } catch {
      // The process ended, or it is not ours to look at.
    }
  }
  return sum;
}

/** CPU of this process, in seconds. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
