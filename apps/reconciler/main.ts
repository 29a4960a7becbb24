import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { HealthRegistry } from '#platform/health.js';
import { Metrics } from '#platform/metrics.js';
import { NestLogger } from '#platform/nest-logger.js';
import { listenOperations } from '#platform/operations-server.js';
import { runProcess, type ProcessParts } from '#platform/run-process.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { openDatabase } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { ReconcilerModule } from './reconciler.module.js';

@Module({})
class ReconcilerApp {}

/** The reconciler as a process of its own: any number may run beside each other. */
async function start({ config, logger, shutdown }: ProcessParts): Promise<void> {
  const { url, poolMax } = config.database;
  if (url === null) throw new Error('Set DATABASE_URL: the work queue is in PostgreSQL.');
  const parsed = parseAccounts(readFileSync(config.accounts.file, 'utf8'), config.environment);
  if ('problems' in parsed) {
    throw new Error(`${config.accounts.file} is not valid:\n${parsed.problems.join('\n')}`);
  }
  await migrate(url);
  const database = openDatabase({
    url,
    poolMax,
    applicationName: 'cuadre-reconciler',
    onError: (error) => logger.warn({ err: error }, 'A database connection died.'),
  });
  const logs = await openEventLogs({ config, databaseUrl: url, logger });
  const [metrics, health] = [new Metrics(), new HealthRegistry()];
  health.register('database', 'readiness', async () => void (await database.query('select 1')));
  const reconciler = ReconcilerModule.register({
    accounts: parsed.accounts,
    database,
    observations: logs.observations,
    keyRing: openKeyRing(config.keyRingDir, { create: true }),
    config,
    logger,
    metrics,
  });
  const app = await NestFactory.createApplicationContext(
    { module: ReconcilerApp, imports: [reconciler] },
    { logger: new NestLogger(logger), abortOnError: false },
  );
  const operations = await listenOperations({ ...config.http, health, metrics });
  logger.info({ port: config.http.port, isOn: config.isLookupsOn }, 'Confirming claims.');
  shutdown.add('reconciler', () => app.close());
  shutdown.add('operations', () => operations.close());
  shutdown.add('logs', () => logs.close());
  shutdown.add('database', () => database.end());
}

await runProcess('reconciler', start);
