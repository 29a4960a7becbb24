import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  Kafka,
  logLevel,
  type Admin,
  type ISocketFactory,
  type KafkaConfig,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs';

/** How to reach the cluster. */
export type KafkaConnection = {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  readonly logger?: KafkaLogger;
  /** Makes the connections instead of `node:net` and `node:tls`. */
  readonly socketFactory?: ISocketFactory;
};

export type KafkaLogger = (entry: KafkaLogEntry) => void;

export type KafkaLogEntry = {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  /** Which part of the client speaks. */
  readonly namespace: string;
  readonly details: Readonly<Record<string, unknown>>;
};

export type KafkaClient = {
  readonly kafka: Kafka;
  /** Ends every connection and every retry for good; whatever is under way rejects. */
  sever(): void;
};

export const REQUEST_TIMEOUT_MS = 5_000;

const CONNECTION_TIMEOUT_MS = 1_000;
const AUTHENTICATION_TIMEOUT_MS = 5_000;
/** kafkajs's 10 s would be longer than a short session lifetime, and good tokens would fail. */
const REAUTHENTICATION_THRESHOLD_MS = 2_000;
const KEEP_ALIVE_MS = 60_000;

/**
 * A kafkajs client of its own for every producer, consumer and admin: two consumers of one client
 * share a cache of committed offsets, and one client's credentials are changed by the library.
 */
export function createKafkaClient(
  connection: KafkaConnection,
  retry: KafkaConfig['retry'],
): KafkaClient {
  const sockets = new Set<Socket>();
  let isSevered = false;
  const open = connection.socketFactory ?? openSocket;
  const { ssl, sasl, logger } = connection;
  const kafka = new Kafka({
    clientId: connection.clientId,
    // An empty list is the one answer that ends kafkajs's endless retries: it cannot be retried.
    brokers: () => (isSevered ? [] : [...connection.brokers]),
    socketFactory: (target) => {
      if (isSevered) throw new Error('The client is closed.');
      const socket = open(target);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    ...(ssl === undefined ? {} : { ssl }),
    // Built fresh, because kafkajs keeps its authenticator inside the object it is given.
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: AUTHENTICATION_TIMEOUT_MS,
    reauthenticationThreshold: REAUTHENTICATION_THRESHOLD_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    ...(retry === undefined ? {} : { retry }),
    logLevel: logger === undefined ? logLevel.NOTHING : logLevel.INFO,
    logCreator: () => (entry) => {
      // What a closed client goes on to say is the noise of its own end.
      if (!isSevered) logger?.(translateLogEntry(entry));
    },
  });
  const sever = (): void => {
    isSevered = true;
    for (const socket of sockets) socket.destroy(new Error('The client is closed.'));
  };
  return { kafka, sever };
}

const ADMIN_TIMEOUT_MS = 15_000;
const ADMIN_RETRY_MS = 200;

/** An admin connection that is made when it is first needed and again after it failed. */
export class KafkaAdmin {
  readonly #connection: KafkaConnection;
  #current: { readonly client: KafkaClient; readonly admin: Promise<Admin> } | null = null;
  #isClosed = false;

  constructor(connection: KafkaConnection) {
    this.#connection = connection;
  }

  /** Tries again, on a new connection, what failed for want of a broker, for up to 15 s. */
  async run<T>(task: (admin: Admin) => Promise<T>): Promise<T> {
    const deadlineMs = performance.now() + ADMIN_TIMEOUT_MS;
    for (;;) {
      if (this.#isClosed) throw new Error('The log is closed.');
      const current = (this.#current ??= this.#connect());
      try {
        return await task(await current.admin);
      } catch (error) {
        if (!isWorthRetrying(error) || performance.now() > deadlineMs) throw error;
        this.#discard(current);
        await sleep(ADMIN_RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const current = this.#current;
    if (current === null) return;
    this.#discard(current);
  }

  #connect(): { readonly client: KafkaClient; readonly admin: Promise<Admin> } {
    const client = createKafkaClient(this.#connection, {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: 5,
    });
    const admin = client.kafka.admin();
    return { client, admin: admin.connect().then(() => admin) };
  }

  #discard(discarded: { readonly client: KafkaClient }): void {
    if (this.#current === discarded) this.#current = null;
    discarded.client.sever();
  }
}

/** What the broker says about our request stays so; what keeps us from asking it may pass. */
function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof Error) || !error.name.startsWith('KafkaJS')) return false;
  return !['KafkaJSAggregateError', 'KafkaJSSASLAuthenticationError'].includes(error.name);
}

const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  // kafkajs declares `ssl` as always there; without TLS it is null or false.
  const tls = ssl as ConnectionOptions | false | null | undefined;
  const serverName = isIP(host) === 0 ? { servername: host } : {};
  const socket = !tls
    ? connectTcp({ host, port }, onConnect)
    : connectTls({ host, port, ...serverName, ...tls }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setNoDelay(true);
  return socket;
};

const LEVELS: Readonly<Record<number, KafkaLogEntry['level']>> = {
  // kafkajs calls an error what it goes on to retry.
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
};

function translateLogEntry({ level, namespace, log }: LogEntry): KafkaLogEntry {
  const { message, timestamp: _, ...details } = log;
  // Said for every slow batch.
  const isRoutine = /^(Pausing|Resuming) fetching/.test(message);
  return { level: isRoutine ? 'debug' : (LEVELS[level] ?? 'debug'), message, namespace, details };
}
