import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HealthImplementation } from 'grpc-health-check';
import type { Logger } from '#platform/logger.js';
import type { OrderGrpc } from '../order/order.grpc.js';
import { reflectedFiles } from './reflected-files.js';
import { OrderServiceService } from './gen/cuadre/v1/order_service.js';

export type GrpcServerOptions = {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly isReflectionOn: boolean;
};

const MESSAGE_BYTES_MAX = 4_194_304;
const SHUTDOWN_MS_MAX = 5_000;

/** The gRPC port: the services, health and, where it is on, reflection. Lives as the application does. */
export class GrpcServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #options: GrpcServerOptions;
  readonly #logger: Logger;
  readonly #health = new HealthImplementation({
    '': 'SERVING',
    'cuadre.v1.OrderService': 'SERVING',
  });
  readonly #server = new Server({
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  #boundPort = 0;

  constructor(options: GrpcServerOptions, orders: OrderGrpc, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#server.addService(OrderServiceService, orders.service);
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
    this.#health.setStatus('', 'NOT_SERVING');
    this.#health.setStatus('cuadre.v1.OrderService', 'NOT_SERVING');
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
