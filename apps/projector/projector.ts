import { PositionLost, type EventLog, type Subscription } from '#event-log/event-log.js';
import type { LedgerConfig } from '#platform/config.js';
import type { HealthRegistry } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import type { FoldedBatch } from '#projection/fold-batch.js';
import { DatedEntryRefused } from '#projection/dated-entries.js';
import { ensureLiveGeneration } from '#projection/generations.js';
import { ProjectionHandler } from '#projection/projection-handler.js';
import type { Database } from '#read-models/database.js';
import { observeProjection, type ProjectionGauges } from './observe-projection.js';
import { HeadSigner } from './sign-heads.js';
import { TracedHandler } from './traced-handler.js';

/** The consumer group of the live fold. On Kafka its committed offsets are only a hint. */
export const PROJECTOR_GROUP = 'cuadre-projector';

const STALLED_MS = 30_000;

export type ProjectorPorts = {
  readonly database: Database;
  readonly observations: EventLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
  readonly batchRecordsMax: number;
  readonly ledger: LedgerConfig;
};

export type Projector = { readonly stop: () => Promise<void> };

/** Folds the log into the live tables until it is stopped. Any number of processes may do so at once. */
export async function startProjector(ports: ProjectorPorts): Promise<Projector> {
  const { database, observations, logger, metrics } = ports;
  await ensureLiveGeneration(database, observations);
  const gauges: ProjectionGauges = observeProjection(ports);
  const signer = new HeadSigner(ports);
  const lost = new Set<number | null>();
  const outdated = new Set<number | null>();
  const handler = new ProjectionHandler(database, {
    folded: (partition, batch) => {
      if (lost.delete(partition)) metrics.positionsLost.set(lost.size);
      outdated.delete(partition);
      count(metrics, batch);
      signer.folded(partition);
    },
    fenced: (partition) => {
      metrics.fenced.inc();
      logger.info({ partition }, 'Fenced: another owner folds this partition.');
    },
  });
  const traced = new TracedHandler(handler, {
    topic: observations.topic,
    group: PROJECTOR_GROUP,
  });
  const subscription: Subscription = await observations.subscribe(PROJECTOR_GROUP, traced, {
    batchRecordsMax: ports.batchRecordsMax,
    onError: (error, partition) => {
      if (error instanceof DatedEntryRefused) {
        outdated.add(partition);
        logger.error(
          { err: error, partition },
          'This process does not know a rule that is in force: the partition waits for one that does.',
        );
        return;
      }
      if (!(error instanceof PositionLost)) {
        logger.warn({ err: error, partition }, 'The projector failed on a batch and tries again.');
        return;
      }
      lost.add(partition);
      metrics.positionsLost.set(lost.size);
      logger.error(
        { err: error, partition },
        'The log does not hold the position of the fold: this partition stands still until somebody looks.',
      );
    },
  });
  ports.health.register('projector-position', 'readiness', () => {
    if (lost.size > 0) throw new Error(`${lost.size} partition(s) have lost their position.`);
  });
  ports.health.register('projector-rules', 'readiness', () => {
    if (outdated.size > 0) throw new Error(`${outdated.size} partition(s) wait for another rule.`);
  });
  ports.health.register('projector', 'liveness', () => {
    const idleMs = subscription.idleMs();
    if (idleMs > STALLED_MS) throw new Error(`The projector has not moved for ${idleMs} ms.`);
  });
  signer.start(observations.partitions);
  return {
    stop: async () => {
      gauges.stop();
      await subscription.stop();
      await signer.stop();
    },
  };
}

function count(metrics: Metrics, batch: FoldedBatch): void {
  metrics.projectionEvents.inc(batch.outcomes.length);
  for (const { provider, outcome, reason } of batch.outcomes) {
    if (outcome === 'ignored') metrics.ignoredEvents.inc({ provider, reason: reason ?? 'none' });
    const result = DEDUPE_RESULTS[outcome];
    if (result !== undefined) metrics.dedupe.inc({ provider, result });
  }
}

const DEDUPE_RESULTS: Readonly<Record<string, string>> = {
  applied: 'first',
  duplicate: 'duplicate',
  conflict: 'conflict',
};
