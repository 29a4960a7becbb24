import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { loadConfig, loadEnvFile } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { NestLogger } from '#platform/nest-logger.js';
import { Shutdown } from '#platform/shutdown.js';
import { startTelemetry } from '#platform/telemetry.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { openDatabase } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { apiServerOptions } from './api-server-options.js';
import { ApiModule } from './api.module.js';
import { configureApi } from './configure-api.js';

loadEnvFile();
const config = loadConfig();
const logger = createLogger(config, { service: 'cuadre-api' });
const databaseUrl = config.database.url;
if (databaseUrl === null) throw new Error('DATABASE_URL is needed: the API reads from PostgreSQL.');
if (config.apiTokens.length === 0) throw new Error('API_TOKENS is needed: nobody could call.');

const parsed = parseAccounts(readFileSync(config.accounts.file, 'utf8'), config.environment);
if ('problems' in parsed) {
  throw new Error(`${config.accounts.file} is not valid:\n${parsed.problems.join('\n')}`);
}

const telemetry = await startTelemetry(config, 'cuadre-api');
await migrate(databaseUrl);
const database = openDatabase({
  url: databaseUrl,
  poolMax: config.database.poolMax,
  applicationName: 'cuadre-api',
  onError: (error) => logger.warn({ err: error }, 'A database connection died.'),
});
const logs = await openEventLogs({ config, databaseUrl, logger });
const health = new HealthRegistry({
  onFailure: (check, error) => logger.warn({ err: error, check }, 'A health check failed.'),
});
const dependencies = {
  database,
  databaseUrl,
  observations: logs.observations,
  keyRing: openKeyRing(config.keyRingDir, { create: false }),
  accounts: parsed.accounts,
  config,
  logger,
  metrics: new Metrics(),
  health,
};
const app = await NestFactory.create<NestFastifyApplication>(
  ApiModule.register(dependencies),
  new FastifyAdapter(apiServerOptions),
  { logger: new NestLogger(logger) },
);
configureApi(app, dependencies);
await app.listen({ port: config.http.port, host: config.http.host });
logger.info({ port: config.http.port }, 'The API is served.');

const shutdown = new Shutdown({ timeoutMs: config.shutdownTimeoutMs, logger });
shutdown.add('api', () => app.close());
shutdown.add('logs', () => logs.close());
shutdown.add('database', () => database.end());
shutdown.add('telemetry', () => telemetry.shutdown());
shutdown.listen();
