import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { StoredRecord } from '#events/record.js';
import { LogUnavailable } from '../event-log.js';
import { createKafkaClient, type KafkaConnection } from './kafka-client.js';
import { toStoredRecord } from './record-codec.js';

export type RangeToRead = {
  readonly topic: string;
  readonly partition: number;
  /** Inclusive; the caller has checked that the log holds it. */
  readonly from: bigint;
  /** Exclusive; not past the end of the log. */
  readonly to: bigint;
};

const SESSION_TIMEOUT_MS = 30_000;
const FETCH_WAIT_MS = 100;
const READ_AHEAD_BATCHES = 2;
const HEARTBEAT_MS = 1_000;
const SILENCE_MS_MAX = 60_000;
const GOODBYE_MS = 5_000;
const RETRY_AFTER_MS = 5_000;

/**
 * Walks a range by a group made for it and named by `onGroup`, because kafkajs reads in no other way.
 * The group commits nothing; the caller deletes it afterwards.
 */
export async function* readRange(
  connection: KafkaConnection,
  range: RangeToRead,
  onGroup: (group: string) => void,
): AsyncGenerator<readonly StoredRecord[]> {
  if (range.from >= range.to) return;
  const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };
  const client = createKafkaClient(connection, retry);
  const groupId = `read-${range.topic}-${randomUUID()}`;
  const consumer = client.kafka.consumer({
    groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    retry,
  });
  const reading = new RangeReading(consumer, range);
  try {
    await reading.start();
    for (let batch = await reading.take(); batch !== null; batch = await reading.take()) {
      yield batch;
    }
  } finally {
    reading.finish();
    const goodbye = consumer.disconnect().catch(() => undefined);
    await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })]);
    client.sever();
    onGroup(groupId);
  }
}

/** The consumer pushes, the reader pulls: a queue of at most two batches between them. */
class RangeReading {
  readonly #consumer: Consumer;
  readonly #range: RangeToRead;
  readonly #ready: (readonly StoredRecord[])[] = [];
  #next: bigint;
  #isOver = false;
  #failure: Error | null = null;
  #changed = Promise.withResolvers<void>();

  constructor(consumer: Consumer, range: RangeToRead) {
    this.#consumer = consumer;
    this.#range = range;
    this.#next = range.from;
  }

  async start(): Promise<void> {
    const consumer = this.#consumer;
    const { topic, partition } = this.#range;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const others = (payload.memberAssignment[topic] ?? []).filter((one) => one !== partition);
      consumer.pause([{ topic, partitions: others }]);
      consumer.seek({ topic, partition, offset: `${this.#next}` });
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#fail(payload.error);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#push(payload),
    });
  }

  /** The next batch, never empty; null when the range is read. */
  async take(): Promise<readonly StoredRecord[] | null> {
    const deadlineMs = performance.now() + SILENCE_MS_MAX;
    for (;;) {
      const batch = this.#ready.shift();
      if (batch !== undefined) {
        this.#notify();
        return batch;
      }
      if (this.#failure !== null) throw this.#failure;
      if (this.#isOver) return null;
      if (performance.now() > deadlineMs) throw this.#silence();
      await this.#change();
    }
  }

  finish(): void {
    this.#isOver = true;
    this.#notify();
  }

  async #push({ batch, resolveOffset, heartbeat, isStale }: EachBatchPayload): Promise<void> {
    const { topic, partition, to } = this.#range;
    if (this.#isOver || isStale() || batch.partition !== partition) return;
    const records = batch.messages
      .map((message) => toStoredRecord(message, partition))
      .filter(({ position }) => position >= this.#next && position < to);
    this.#next = BigInt(batch.lastOffset()) + 1n;
    if (records.length > 0) this.#ready.push(records);
    if (this.#next >= to) {
      this.#consumer.pause([{ topic, partitions: [partition] }]);
      this.finish();
      return;
    }
    this.#notify();
    resolveOffset(batch.lastOffset());
    while (this.#ready.length >= READ_AHEAD_BATCHES && !this.#isOver) {
      await this.#change();
      await heartbeat();
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Something happened, or it is time for a heartbeat. */
  async #change(): Promise<void> {
    const patience = new AbortController();
    const { signal } = patience;
    const late = sleep(HEARTBEAT_MS, undefined, { signal }).catch(() => undefined);
    await Promise.race([this.#changed.promise, late]);
    patience.abort();
  }

  #silence(): LogUnavailable {
    const { topic, partition } = this.#range;
    return new LogUnavailable(
      `Nothing was read of ${topic}, partition ${partition}, for ${SILENCE_MS_MAX} ms.`,
      { retryAfterMs: RETRY_AFTER_MS },
    );
  }
}
