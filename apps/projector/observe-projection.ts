import type { EventLog } from '#event-log/event-log.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import type { Database } from '#read-models/database.js';

const EVERY_MS = 5_000;

export type ProjectionGauges = { readonly stop: () => void };

/** Keeps the gauges that nothing else moves: lag per partition, parked subjects. */
export function observeProjection(ports: {
  readonly database: Database;
  readonly observations: EventLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
}): ProjectionGauges {
  const timer = setInterval(() => {
    observeOnce(ports).catch((error: unknown) =>
      ports.logger.debug({ err: error }, 'Could not read the projection gauges.'),
    );
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function observeOnce({
  database,
  observations,
  metrics,
}: Parameters<typeof observeProjection>[0]): Promise<void> {
  const end = await observations.endPositions();
  const { rows } = await database.query<{ partition: number; next_position: string }>(
    `select partition, next_position from ops.checkpoints where status = 'live'`,
  );
  for (const { partition, next_position: next } of rows) {
    const lag = (end[partition] ?? 0n) - BigInt(next);
    metrics.projectionLag.set({ partition: String(partition) }, Number(lag > 0n ? lag : 0n));
  }
  const parked = await database.query<{ count: string }>(
    'select count(*) as count from cuadre.parked_subjects',
  );
  metrics.parkedSubjects.set(Number(parked.rows[0]?.count ?? 0));
}
