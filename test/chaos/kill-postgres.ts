import { setTimeout as sleep } from 'node:timers/promises';
import { postgresPids } from '#read-models/embedded-postgres/embedded-postgres.js';

/** Kills every process of the database in a data folder until none is left: one that is just dying may have children. */
export async function killPostgres(dataDir: string): Promise<void> {
  for (;;) {
    const pids = await postgresPids(dataDir);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended with the others.
      }
    }
    await sleep(10);
  }
}
