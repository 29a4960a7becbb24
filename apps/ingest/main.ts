import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { loadConfig, loadEnvFile } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { NestLogger } from '#platform/nest-logger.js';
import { answerOperations } from '#platform/operations.js';
import { Shutdown } from '#platform/shutdown.js';
import { startTelemetry } from '#platform/telemetry.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { openDatabase } from '#read-models/database.js';
import { IngestModule } from './ingest.module.js';
import { webhookServerOptions } from './webhook-route.js';

@Module({})
class IngestApp {}

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
  const [metrics, health] = [new Metrics(), new HealthRegistry()];
  const ingest = IngestModule.register({
    accounts: parsed.accounts,
    observations: logs.observations,
    keyRing: openKeyRing(config.keyRingDir, { create: true }),
    database,
    config,
    logger,
    metrics,
    health,
  });
  const adapter = new FastifyAdapter(webhookServerOptions);
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: IngestApp, imports: [ingest] },
    adapter,
    { logger: new NestLogger(logger), abortOnError: false },
  );
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    adapter.getInstance().get(path, async (_request, reply) => {
      const answer = await answerOperations(path, { health, metrics });
      return reply
        .code(answer?.status ?? 404)
        .header('content-type', answer?.contentType ?? 'text/plain')
        .send(answer?.body ?? '');
    });
  }
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
