import { openEventLogs, type EventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { ORDER_STATUS, PAYMENT_EVENTS } from '#events/topics.js';
import type { Config } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import type { Logger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { startTelemetry } from '#platform/telemetry.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { claimDataDir, DataDirBusy } from '#read-models/embedded-postgres/data-dir-claim.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { migrate } from '#read-models/migrate.js';
import { startProjector, type ProjectorPorts } from '../projector/projector.js';
import { Relay } from '../projector/relay/relay.js';
import { startReconciler } from './start-reconciler.js';
import { startSandbox, type RunningSandbox } from '../sandbox/start-sandbox.js';
import { keptAccounts, keptApiTokens, openDataFolder, withSandboxApi } from './data-folder.js';
import { startHttpServer } from './http-server.js';
import { assertPortsFree, SANDBOX_HOST } from './ports.js';
import type { StartedParts } from './started-parts.js';

export type Standalone = {
  readonly database: Database;
  readonly port: number;
  readonly grpcPort: number;
  /** Null where it is switched off. */
  readonly sandbox: RunningSandbox | null;
  readonly token: string;
};

/**
 * Starts every role in one process, each part on those before it. What is started is put into `parts`
 * at once, also when a later part fails.
 */
export async function startStandalone(
  config: Config,
  { logger, parts }: { logger: Logger; parts: StartedParts },
): Promise<Standalone> {
  await openDataFolder(config.dataDir);
  await assertPortsFree(config);
  const telemetry = await startTelemetry(config, 'cuadre');
  parts.add('telemetry', () => telemetry.shutdown());
  const databaseUrl = await startDatabase(config, { logger, parts });
  const database = openDatabase({
    url: databaseUrl,
    poolMax: config.database.poolMax,
    applicationName: 'cuadre',
    onError: (error) => logger.warn({ err: error }, 'A database connection died.'),
  });
  parts.add('database connections', () => database.end());
  const logs = await openEventLogs({ config, databaseUrl, logger });
  parts.add('event logs', () => logs.close());
  const metrics = new Metrics();
  const health = new HealthRegistry({
    onFailure: (check, error) => logger.warn({ err: error, check }, 'A health check failed.'),
  });
  const ports = { database, observations: logs.observations, logger, metrics, health };

  const { batchRecordsMax } = config.projector;
  await startFold({ ...ports, batchRecordsMax, ledger: config.ledger }, { logs, parts });
  const accounts = await keptAccounts(config);
  const apiTokens = await keptApiTokens(config);
  const keyRing = openKeyRing(config.keyRingDir, { create: true });
  const http = await startHttpServer({
    ...ports,
    databaseUrl,
    accounts,
    keyRing,
    config: { ...config, apiTokens },
  });
  parts.add('webhooks and API', () => http.stop());
  const sandbox = config.sandbox.isOn
    ? await startSandbox({
        accounts,
        dataDir: config.dataDir,
        host: SANDBOX_HOST,
        port: config.sandbox.port,
        webhooksUrl: `http://127.0.0.1:${http.port}`,
        logger,
      })
    : null;
  if (sandbox !== null) parts.add('sandbox', () => sandbox.stop());
  const reconciler = await startReconciler({
    ...ports,
    accounts: sandbox === null ? accounts : withSandboxApi(accounts, sandbox.url),
    keyRing,
    config,
  });
  parts.add('reconciler', () => reconciler.stop());
  return {
    database,
    port: http.port,
    grpcPort: config.grpc.port,
    sandbox,
    token: apiTokens[0]?.token ?? '',
  };
}

/** The projector and the relay: from the log to the read models, and on to the public topics. */
async function startFold(
  ports: ProjectorPorts,
  { logs, parts }: { logs: EventLogs; parts: StartedParts },
): Promise<void> {
  const projector = await startProjector(ports);
  parts.add('projector', () => projector.stop());
  const relay = new Relay({
    database: ports.database,
    logs: new Map([
      [PAYMENT_EVENTS.name, logs.paymentEvents],
      [ORDER_STATUS.name, logs.orderStatus],
    ]),
    logger: ports.logger,
    onOldestSeconds: (seconds) => ports.metrics.outboxOldest.set(seconds),
  });
  relay.start();
  parts.add('relay', () => relay.stop());
}

/** The database of the settings, else our own; one copy of Cuadre at a time works on it. */
async function startDatabase(
  { dataDir, database }: Config,
  { logger, parts }: { logger: Logger; parts: StartedParts },
): Promise<string> {
  const embedded = database.url === null ? await startEmbeddedPostgres({ dataDir }) : null;
  const url = embedded?.url ?? database.url ?? '';
  const claim = await claimDataDir(url, {
    onLost: (error) => logger.error({ err: error }, 'The claim on the data folder was lost.'),
  });
  // Before the server is ours to stop: it belongs to the copy that runs already.
  if (claim === null) throw new DataDirBusy(dataDir);
  if (embedded !== null) {
    parts.add('PostgreSQL', () => embedded.stop());
    logger.info({ postgresPid: embedded.pid, wasAdopted: embedded.wasAdopted }, 'PostgreSQL runs.');
  }
  parts.add('claim on the data folder', () => claim.release());
  await migrate(url);
  return url;
}
