import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import type { LogRecord, RecordPosition } from '#events/record.js';
import { LogUnavailable } from '../event-log.js';
import {
  createKafkaClient,
  REQUEST_TIMEOUT_MS,
  type KafkaClient,
  type KafkaConnection,
} from './kafka-client.js';
import { toMessage } from './record-codec.js';

const RETRY_MS = 200;
const RETRY_AFTER_MS = 1_000;

/**
 * Writes to one partition, the only way in which kafkajs keeps what it acknowledges: an idempotent
 * producer of its own, one send in flight, one partition a send, endless retries, and a new producer
 * after any rejection or an answer that does not name the partition. (With sends in parallel or over
 * several partitions, or a producer used again after a rejection, acknowledged records get lost.)
 *
 * A producer that was thrown away may have stored the batch: then it is stored twice.
 */
export class Lane {
  readonly #connection: KafkaConnection;
  readonly #topic: string;
  readonly #partition: number;
  readonly #closing = new AbortController();
  #current: LaneProducer | null = null;
  #isSending = false;

  constructor(
    connection: KafkaConnection,
    target: { readonly topic: string; readonly partition: number },
  ) {
    this.#connection = connection;
    this.#topic = target.topic;
    this.#partition = target.partition;
  }

  /** One call at a time. Retries until it is durable, until refused for good, or closed. */
  async write(batch: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    if (this.#isSending) throw new Error(`Lane ${this.#partition} is already sending.`);
    this.#isSending = true;
    try {
      return await this.#writeUntilDurable(batch);
    } finally {
      this.#isSending = false;
    }
  }

  /** Ends the send under way, if any: it rejects, and its records may be durable or not. */
  async close(): Promise<void> {
    this.#closing.abort();
    const current = this.#current;
    this.#current = null;
    if (current === null) return;
    if (this.#isSending) current.client.sever();
    else await discard(current);
  }

  async #writeUntilDurable(batch: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    for (;;) {
      if (this.#closing.signal.aborted) {
        throw new LogUnavailable('The log is closed.', { retryAfterMs: RETRY_AFTER_MS });
      }
      const current = (this.#current ??= this.#createProducer());
      try {
        return await this.#send(current, batch);
      } catch (error) {
        this.#current = null;
        void discard(current);
        if (isTooLarge(error) && batch.length > 1) return this.#writeHalves(batch);
        if (isRefusal(error)) throw error;
        this.#connection.logger?.({
          level: 'warn',
          message: 'A send failed; its producer is replaced and the batch sent again.',
          namespace: 'Lane',
          details: { topic: this.#topic, partition: this.#partition, error: String(error) },
        });
        await sleep(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  async #send(
    { producer, connected }: LaneProducer,
    batch: readonly LogRecord[],
  ): Promise<readonly RecordPosition[]> {
    await connected;
    const partition = this.#partition;
    const answers = await producer.send({
      topic: this.#topic,
      acks: -1,
      timeout: REQUEST_TIMEOUT_MS,
      messages: batch.map((record) => toMessage(record, partition)),
    });
    const answer = answers.find((one) => one.partition === partition && one.errorCode === 0);
    const first = BigInt(answer?.baseOffset ?? -1);
    if (first < 0n) throw new Error(`The answer does not name partition ${partition}.`);
    return batch.map((_, index) => ({ partition, position: first + BigInt(index) }));
  }

  /** The broker's limit is on the whole batch: only a single record that is too large is refused. */
  async #writeHalves(batch: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const middle = Math.ceil(batch.length / 2);
    const first = await this.#writeUntilDurable(batch.slice(0, middle));
    return [...first, ...(await this.#writeUntilDurable(batch.slice(middle)))];
  }

  #createProducer(): LaneProducer {
    // kafkajs gives an idempotent producer five retries unless told otherwise: too few for a failover.
    const client = createKafkaClient(this.#connection, {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: Number.MAX_SAFE_INTEGER,
    });
    const producer = client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => () => this.#partition,
    });
    const connected = producer.connect();
    connected.catch(() => undefined); // `write` awaits it too; nobody may have yet when it fails.
    return { client, producer, connected };
  }
}

type LaneProducer = {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly connected: Promise<void>;
};

/** A clean goodbye where it works within a moment; the connections are gone in any case. */
async function discard({ client, producer }: LaneProducer): Promise<void> {
  const goodbye = producer.disconnect().catch(() => undefined);
  await Promise.race([goodbye, sleep(RETRY_MS, undefined, { ref: false })]);
  client.sever();
}

function isTooLarge(error: unknown): boolean {
  return typeOf(error) === 'MESSAGE_TOO_LARGE' || typeOf(error) === 'RECORD_LIST_TOO_LARGE';
}

/** The broker, or kafkajs's encoder, will never take these records, however often they are sent. */
function isRefusal(error: unknown): boolean {
  if (isTooLarge(error) || typeOf(error) === 'INVALID_RECORD') return true;
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof TypeError || cause instanceof RangeError;
}

/** Kafka's name of the error, also where kafkajs wrapped it. */
function typeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type } = error as { readonly type?: unknown };
  return typeof type === 'string' ? type : typeOf(error.cause);
}
