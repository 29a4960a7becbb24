import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from '#platform/logger.js';
import { ledgerService } from '../ledger/ledger.grpc.js';
import { orderService } from '../order/order.grpc.js';
import { paymentService } from '../payment/payment.grpc.js';
import { settlementService } from '../settlement/settlement.grpc.js';
import type { CallSkin } from './call-skin.js';
import { reflectedFiles } from './reflected-files.js';
import { LedgerServiceService } from './gen/cuadre/v1/ledger_service.js';
import { OrderServiceService } from './gen/cuadre/v1/order_service.js';
import { PaymentServiceService } from './gen/cuadre/v1/payment_service.js';
import { SettlementServiceService } from './gen/cuadre/v1/settlement_service.js';

export type GrpcServerOptions = {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly isReflectionOn: boolean;
};

/** Whose health is told, the whole server's first. */
const SERVED = [
  '',
  'cuadre.v1.LedgerService',
  'cuadre.v1.OrderService',
  'cuadre.v1.PaymentService',
  'cuadre.v1.SettlementService',
] as const;
const MESSAGE_BYTES_MAX = 4_194_304;
const SHUTDOWN_MS_MAX = 5_000;

/** The gRPC port: the services, health and, where it is on, reflection. Lives as the application does. */
export class GrpcServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #options: GrpcServerOptions;
  readonly #logger: Logger;
  readonly #health = new HealthImplementation(
    Object.fromEntries(SERVED.map((name) => [name, 'SERVING'])),
  );
  readonly #server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  #boundPort = 0;

  constructor(options: GrpcServerOptions, skin: CallSkin, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#server.addService(LedgerServiceService, ledgerService(skin));
    this.#server.addService(OrderServiceService, orderService(skin));
    this.#server.addService(PaymentServiceService, paymentService(skin));
    this.#server.addService(SettlementServiceService, settlementService(skin));
    this.#health.addToServer(this.#server);
    if (options.isReflectionOn) new ReflectionService(reflectedFiles()).addToServer(this.#server);
  }

  /** The port that is listened on, once the application has started. */
  get port(): number {
    return this.#boundPort;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.#options;
    this.#boundPort = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync(
        `${host.includes(':') ? `[${host}]` : host}:${port}`,
        ServerCredentials.createInsecure(),
        (cause, bound) => {
          if (cause === null) resolve(bound);
          else reject(new Error(`GRPC_PORT ${port} cannot be listened on.`, { cause }));
        },
      );
    });
    this.#logger.info({ port: this.#boundPort }, 'gRPC is served.');
  }

  /** Lets running calls finish, for a while. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const name of SERVED) this.#health.setStatus(name, 'NOT_SERVING');
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS_MAX);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
