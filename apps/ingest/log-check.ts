import type { EventLog } from '#event-log/event-log.js';
import type { HealthRegistry } from '#platform/health.js';

const TIMEOUT_MS = 1_000;

/** Ready to take webhooks: the log answers within a second. */
export function registerLogCheck(health: HealthRegistry, log: EventLog): void {
  health.register('ingest-log', 'readiness', async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The log is slow to answer.')), TIMEOUT_MS);
    });
    try {
      await Promise.race([log.endPositions(), late]);
    } finally {
      clearTimeout(timer);
    }
  });
}
