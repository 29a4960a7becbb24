import {
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AcceptDelivery } from './accept-delivery.js';
import { IngestParts, type IngestDependencies } from './ingest-parts.js';
import { registerLogCheck } from './log-check.js';
import { webhookRoutes } from './webhook-route.js';

/**
 * `POST /webhooks/{source}` on the application's own Fastify server, beside whatever else it serves: the
 * route is added as the module starts, and goes past Nest's pipeline. The server is to be made with
 * `webhookServerOptions`.
 */
@Module({})
export class IngestModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly acceptDelivery: AcceptDelivery,
    private readonly parts: IngestParts,
  ) {}

  static register(dependencies: IngestDependencies): DynamicModule {
    const parts = new IngestParts(dependencies);
    return {
      module: IngestModule,
      providers: [
        { provide: IngestParts, useValue: parts },
        { provide: AcceptDelivery, useValue: parts.acceptDelivery },
      ],
      exports: [AcceptDelivery],
    };
  }

  async onModuleInit(): Promise<void> {
    const { observations, health, logger } = this.parts.dependencies;
    registerLogCheck(health, observations);
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    await fastify.register(webhookRoutes, { acceptDelivery: this.acceptDelivery, logger });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.close();
  }
}
