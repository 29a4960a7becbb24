import type { EventLog } from '#event-log/event-log.js';
import type { KeyRing } from '#events/sealing.js';
import type { Config } from '#platform/config.js';
import type { HealthRegistry } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import type { Account } from '#providers/account.js';
import type { Database } from '#read-models/database.js';

/** What the composition root makes once and the API uses; it closes none of it. */
export type ApiDependencies = {
  readonly database: Database;
  readonly databaseUrl: string;
  /** The log that positions belong to and originals are read from. */
  readonly observations: EventLog;
  readonly keyRing: KeyRing;
  /** The provider accounts that reports may be imported for. */
  readonly accounts: readonly Account[];
  readonly config: Pick<Config, 'http' | 'grpc' | 'apiTokens' | 'minPositionWaitMs'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
};
