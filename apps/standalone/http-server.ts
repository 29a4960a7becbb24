import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from '#platform/nest-logger.js';
import type { ApiDependencies } from '../api/api-dependencies.js';
import { apiServerOptions } from '../api/api-server-options.js';
import { ApiModule } from '../api/api.module.js';
import { configureApi } from '../api/configure-api.js';
import type { IngestDependencies } from '../ingest/ingest-parts.js';
import { IngestModule } from '../ingest/ingest.module.js';
import { webhookServerOptions } from '../ingest/webhook-route.js';

@Module({})
class StandaloneApp {}

export type HttpServer = { readonly port: number; stop(): Promise<void> };

/** Webhooks and REST on one port, gRPC on its own. */
export async function startHttpServer(
  dependencies: Omit<ApiDependencies, 'config'> &
    Omit<IngestDependencies, 'config'> & { readonly config: ApiDependencies['config'] },
): Promise<HttpServer> {
  const { config, logger } = dependencies;
  const app = await NestFactory.create<NestFastifyApplication>(
    {
      module: StandaloneApp,
      imports: [IngestModule.register(dependencies), ApiModule.register(dependencies)],
    },
    new FastifyAdapter({ ...webhookServerOptions, ...apiServerOptions }),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  configureApi(app, dependencies);
  await app.listen({ port: config.http.port, host: config.http.host });
  const address = app.getHttpServer().address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : config.http.port,
    stop: () => app.close(),
  };
}
