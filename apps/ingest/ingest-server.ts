import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '#platform/nest-logger.js';
import { answerOperations } from '#platform/operations.js';
import type { IngestDependencies } from './ingest-parts.js';
import { IngestModule } from './ingest.module.js';
import { ProblemFilter } from './problem.filter.js';
import { webhookServerOptions } from './webhook-route.js';

@Module({})
class IngestApp {}

/** The webhook edge and its health and metrics, ready to listen. */
export async function createIngestServer(
  dependencies: IngestDependencies,
): Promise<NestFastifyApplication> {
  const { health, metrics, logger } = dependencies;
  const adapter = new FastifyAdapter(webhookServerOptions);
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: IngestApp, imports: [IngestModule.register(dependencies)] },
    adapter,
    { logger: new NestLogger(logger), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    adapter.getInstance().get(path, async (_request, reply) => {
      const answer = await answerOperations(path, { health, metrics });
      return reply
        .code(answer?.status ?? 404)
        .header('content-type', answer?.contentType ?? 'text/plain')
        .send(answer?.body ?? '');
    });
  }
  return app;
}
