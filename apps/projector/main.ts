import { ORDER_STATUS, PAYMENT_EVENTS } from '#events/topics.js';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { HealthRegistry } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { listenOperations } from '#platform/operations-server.js';
import { runProcess, type ProcessParts } from '#platform/run-process.js';
import { openDatabase } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { startProjector } from './projector.js';
import { Relay } from './relay/relay.js';

/** The projector and the relay as a process of their own: any number may run beside each other. */
async function start({ config, logger, shutdown }: ProcessParts): Promise<void> {
  const { url, poolMax } = config.database;
  if (url === null) throw new Error('Set DATABASE_URL: the projector folds into PostgreSQL.');
  await migrate(url);
  const database = openDatabase({
    url,
    poolMax,
    applicationName: 'cuadre-projector',
    onError: (error) => logger.warn({ err: error }, 'A database connection died.'),
  });
  const logs = await openEventLogs({ config, databaseUrl: url, logger });
  const [metrics, health] = [new Metrics(), new HealthRegistry()];
  const projector = await startProjector({
    database,
    observations: logs.observations,
    logger,
    metrics,
    health,
    batchRecordsMax: config.projector.batchRecordsMax,
    ledger: config.ledger,
  });
  const relay = new Relay({
    database,
    logs: new Map([
      [PAYMENT_EVENTS.name, logs.paymentEvents],
      [ORDER_STATUS.name, logs.orderStatus],
    ]),
    logger,
    onOldestSeconds: (seconds) => metrics.outboxOldest.set(seconds),
  });
  relay.start();
  const operations = await listenOperations({ ...config.http, health, metrics });
  logger.info({ port: config.http.port }, 'Folding the log.');
  shutdown.add('projector', () => projector.stop());
  shutdown.add('relay', () => relay.stop());
  shutdown.add('operations', () => operations.close());
  shutdown.add('logs', () => logs.close());
  shutdown.add('database', () => database.end());
}

await runProcess('projector', start);
