import { readFileSync } from 'node:fs';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { HealthRegistry } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { runProcess, type ProcessParts } from '#platform/run-process.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { openDatabase } from '#read-models/database.js';
import { createIngestServer } from './ingest-server.js';

/** The webhook edge as a process of its own: any number may run beside each other. */
async function start({ config, logger, shutdown }: ProcessParts): Promise<void> {
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
  shutdown.add('http', () => app.close());
  shutdown.add('log', () => logs.close());
  shutdown.add('database', async () => database?.end());
}

await runProcess('ingest', start);
