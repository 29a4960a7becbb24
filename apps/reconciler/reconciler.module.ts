import {
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { EventLog } from '#event-log/event-log.js';
import { KeyRing } from '#events/sealing.js';
import type { Config } from '#platform/config.js';
import { createHttpClient } from '#platform/http-client.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import type { Account } from '#providers/account.js';
import type { HttpCall } from '#providers/provider.js';
import type { Database } from '#read-models/database.js';
import { LookupLeases } from '#read-models/writes/lookup-leases.js';
import { ConfirmPaymentHandler } from './confirm-payment.js';
import { LookupClients } from './lookup-clients.js';
import { Reconciler } from './reconciler.js';

export type ReconcilerDependencies = {
  readonly accounts: readonly Account[];
  readonly database: Database;
  readonly observations: EventLog;
  readonly keyRing: KeyRing;
  readonly config: Pick<Config, 'isLookupsOn'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: one of its own, whose time-outs fit into a lease. */
  readonly http?: HttpCall;
};

/** Of one attempt; a lookup makes four at most, and its lease lasts 30 s. */
const HTTP_BOUNDS = { connectTimeoutMs: 2_000, totalTimeoutMs: 6_000, bodyBytesMax: 262_144 };

/** Asks providers for the truth while the application runs; `LOOKUPS=off` keeps it from starting. */
@Module({})
export class ReconcilerModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly reconciler: Reconciler) {}

  static register(dependencies: ReconcilerDependencies): DynamicModule {
    const { accounts, database, observations, keyRing, logger, metrics } = dependencies;
    const http = dependencies.http ?? createHttpClient(HTTP_BOUNDS).call;
    const leases = new LookupLeases(database);
    const isOn = dependencies.config.isLookupsOn;
    const clients = new LookupClients(isOn ? accounts : [], { http, nowMs: Date.now });
    return {
      module: ReconcilerModule,
      imports: [CqrsModule],
      providers: [
        { provide: EventLog, useValue: observations },
        { provide: KeyRing, useValue: keyRing },
        { provide: LookupLeases, useValue: leases },
        { provide: LookupClients, useValue: clients },
        ConfirmPaymentHandler,
        {
          provide: Reconciler,
          inject: [CommandBus],
          useFactory: (commands: CommandBus) =>
            new Reconciler({ leases, clients, commands, logger, metrics }),
        },
      ],
      exports: [Reconciler],
    };
  }

  onApplicationBootstrap(): void {
    this.reconciler.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciler.stop();
  }
}
