import { readFileSync } from 'node:fs';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { loadConfig, loadEnvFile } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { Shutdown } from '#platform/shutdown.js';
import { startTelemetry } from '#platform/telemetry.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { openDatabase } from '#read-models/database.js';
import { createIngestServer } from './ingest-server.js';

/** The webhook edge as a process of its own: any number may run beside each other. */
async function main(): Promise<void> {
  loadEnvFile();
  const config = loadConfig();
  const logger = createLogger(config, { service: 'ingest' });
  const telemetry = await startTelemetry(config, 'cuadre-ingest');
  const parsed = parseAccounts(readFileSync(config.accounts.file, 'utf8'), config.environment);
  if ('problems' in parsed) {
    throw new Error(`${config.accounts.file} is not valid:\n${parsed.problems.join('\n')}`);
  }
  const { url, poolMax } = config.database;
  if (url === null && config.kafka === null) {
    throw new Error('Set KAFKA_BROKERS or DATABASE_URL: the log has to be somewhere.');
  }
  const onError = (error: Error): void =>
    logger.warn({ err: error }, 'A database connection died.');
  const database =
    url === null ? null : openDatabase({ url, poolMax, applicationName: 'cuadre-ingest', onError });
  const logs = await openEventLogs({ config, databaseUrl: url, logger });
  const app = await createIngestServer({
    accounts: parsed.accounts,
    observations: logs.observations,
    keyRing: openKeyRing(config.keyRingDir, { create: true }),
    database,
    config,
    logger,
    metrics: new Metrics(),
    health: new HealthRegistry(),
  });
  await app.listen(config.http.port, config.http.host);
  logger.info({ port: config.http.port }, 'Taking webhooks.');
  const shutdown = new Shutdown({ timeoutMs: config.shutdownTimeoutMs, logger });
  shutdown.add('http', () => app.close());
  shutdown.add('log', () => logs.close());
  shutdown.add('database', async () => database?.end());
  shutdown.add('telemetry', () => telemetry.shutdown());
  shutdown.listen();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
