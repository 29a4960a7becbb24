import type { EventLog } from '#event-log/event-log.js';
import type { KeyRing } from '#events/sealing.js';
import type { Config } from '#platform/config.js';
import type { HealthRegistry } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import type { Account } from '#providers/account.js';
import { providerOf } from '#providers/registry.js';
import type { Database } from '#read-models/database.js';
import { RefusedDeliveries } from '#read-models/writes/refused-deliveries.js';
import { AcceptDelivery } from './accept-delivery.js';
import { IngestMetrics } from './ingest-metrics.js';
import { SourceDirectory } from './source-directory.js';

export type IngestDependencies = {
  readonly accounts: readonly Account[];
  readonly observations: EventLog;
  readonly keyRing: KeyRing;
  /** Null leaves refused deliveries out of the security table: they are still counted and logged. */
  readonly database: Database | null;
  readonly config: Pick<Config, 'http'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
};

/** What the module was registered with, and what it makes of that. */
export class IngestParts {
  readonly acceptDelivery: AcceptDelivery;
  private readonly refused: RefusedDeliveries | null;

  constructor(readonly dependencies: IngestDependencies) {
    const { database, logger } = dependencies;
    const onError = (error: unknown): void =>
      logger.warn({ err: error }, 'Refused deliveries were not recorded.');
    this.refused = database === null ? null : new RefusedDeliveries(database, { onError });
    this.acceptDelivery = new AcceptDelivery({
      sources: new SourceDirectory(dependencies.accounts, { providerOf, nowMs: Date.now() }),
      log: dependencies.observations,
      keyRing: dependencies.keyRing,
      onRefused: (refused) => this.refused?.record(refused),
      metrics: new IngestMetrics(dependencies.metrics),
      logger,
      nowMs: Date.now,
      bodyLimitBytes: dependencies.config.http.bodyLimitBytes,
    });
  }

  async close(): Promise<void> {
    await this.refused?.close();
  }
}
