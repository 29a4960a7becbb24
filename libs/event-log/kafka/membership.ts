import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { BatchHandler } from '../event-log.js';
import { createKafkaClient, type KafkaClient, type KafkaConnection } from './kafka-client.js';
import { PartitionFeed, type PartitionBounds } from './partition-feed.js';
import { toStoredRecord } from './record-codec.js';

export type MembershipPorts = {
  readonly connection: KafkaConnection;
  readonly topic: string;
  readonly group: string;
  readonly handler: BatchHandler;
  readonly onError: (error: unknown, partition: number | null) => void;
  readonly batchRecordsMax: number;
  readonly sessionTimeoutMs: number;
  readonly partitionsConcurrentlyMax: number;
  readonly bounds: (partition: number) => Promise<PartitionBounds>;
  /** Told of every sign of life. */
  readonly onActivity: () => void;
};

/** An idle fetch; also how long a partition that was paused may wait for its next fetch. */
const FETCH_WAIT_MS = 200;
/** How long other partitions wait for a handler; then its partition is paused and they go on. */
const HANDLE_INLINE_MS = 500;
const WATCH_MS = 250;
const HINT_MS = 2_000;
const GOODBYE_MS = 5_000;
const REBALANCE_SLACK_MS = 3_000;
const PARTITION_BYTES_MAX = 1_048_576;

/**
 * One kafkajs consumer from its join to its end. It ends when it crashes, when nothing is heard of it
 * for too long (kafkajs can stop in silence), or when a handler keeps a batch for longer than the
 * session: then another member shall have the partition, and the handler's own fence decides.
 */
export class Membership {
  readonly #ports: MembershipPorts;
  readonly #client: KafkaClient;
  readonly #consumer: Consumer;
  readonly #feeds = new Map<number, PartitionFeed>();
  readonly #formerFeeds = new Set<PartitionFeed>();
  readonly #hints = new Map<number, bigint>();
  readonly #over = Promise.withResolvers<Error | null>();
  #watch: NodeJS.Timeout | null = null;
  #lastLifeMs = performance.now();
  #lastHintMs = performance.now();
  #isEnding = false;

  constructor(ports: MembershipPorts) {
    this.#ports = ports;
    const retry = {
      initialRetryTime: 100,
      maxRetryTime: 1_000,
      retries: 5,
      // A crash ends the membership, and the group consumer makes a new one: one way for all of them.
      restartOnFailure: async () => false,
    };
    const { sessionTimeoutMs } = ports;
    this.#client = createKafkaClient(ports.connection, retry);
    this.#consumer = this.#client.kafka.consumer({
      groupId: ports.group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs + REBALANCE_SLACK_MS,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
      maxWaitTimeInMs: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      allowAutoTopicCreation: false,
      retry,
    });
  }

  assigned(): readonly number[] {
    return [...this.#feeds.keys()].toSorted((a, b) => a - b);
  }

  /** Joins the group. Rejects when no broker answers. */
  async join(): Promise<void> {
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, (event) => this.#assign(event));
    this.#consumer.on(events.STOP, () => this.#finish(null));
    this.#consumer.on(events.CRASH, ({ payload }) => this.#finish(payload.error));
    for (const sign of [events.FETCH, events.HEARTBEAT, events.CONNECT] as const) {
      this.#consumer.on(sign, () => this.#showLife());
    }
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#ports.topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#ports.partitionsConcurrentlyMax,
      eachBatch: (payload) => this.#offer(payload),
    });
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
  }

  /** Resolves with the reason when it is over; null when it stopped without an error. */
  over(): Promise<Error | null> {
    return this.#over.promise;
  }

  /**
   * Hands over nothing more and gives up the membership. `isPatient` lets the batches under way finish
   * first, as long as the session would last. Resolves when no handler is under way any more.
   */
  async end({ isPatient }: { isPatient: boolean }): Promise<void> {
    this.#isEnding = true;
    for (const partition of this.#feeds.keys()) this.#pause(partition);
    this.#finish(null);
    const feeds = [...this.#formerFeeds];
    const settled = Promise.all(feeds.map((feed) => feed.settled()));
    if (isPatient) {
      await Promise.race([settled, moment(this.#ports.sessionTimeoutMs)]);
      await Promise.race([this.#commitHints(), moment(GOODBYE_MS)]);
    }
    const goodbye = this.#consumer.disconnect().catch(() => undefined);
    await Promise.race([goodbye, moment(GOODBYE_MS)]);
    this.#client.sever();
    await settled;
  }

  /** Runs before the first fetch of the new assignment, because kafkajs calls listeners in line. */
  #assign({ payload }: ConsumerGroupJoinEvent): void {
    const assigned = new Set(payload.memberAssignment[this.#ports.topic] ?? []);
    if (this.#isEnding) {
      // What is fetched would not be taken, and fetched again at once.
      for (const partition of assigned) this.#pause(partition);
      return;
    }
    this.#showLife();
    const before = new Map(this.#feeds);
    this.#feeds.clear();
    for (const [partition, feed] of before) {
      if (assigned.has(partition)) feed.supersede();
      else feed.abort();
      this.#formerFeeds.add(feed);
      void feed.settled().then(() => this.#formerFeeds.delete(feed));
    }
    for (const partition of assigned) {
      this.#pause(partition);
      // Also a partition that was lost and came back may still have its old batch under way here.
      const former = [...this.#formerFeeds].filter((feed) => feed.partition === partition);
      const work = Promise.all(former.map((feed) => feed.settled())).then(() => undefined);
      this.#feeds.set(partition, this.#createFeed(partition, work));
    }
  }

  #createFeed(partition: number, before: Promise<void>): PartitionFeed {
    const { handler, onError, batchRecordsMax, bounds } = this.#ports;
    const ports = {
      handler,
      onError,
      batchRecordsMax,
      bounds,
      pause: (paused: number) => this.#pause(paused),
      resumeFrom: (resumed: number, position: bigint) => this.#resumeFrom(resumed, position),
    };
    return new PartitionFeed(partition, ports, before);
  }

  async #offer({ batch, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    if (!isRunning() || isStale() || this.#isEnding) return;
    // Throws when the group moves on without us: kafkajs then joins again, and nothing was handled.
    await heartbeat();
    const { partition } = batch;
    const feed = this.#feeds.get(partition);
    if (feed === undefined) return;
    const handled = feed.offer({
      records: batch.messages.map((message) => toStoredRecord(message, partition)),
      high: BigInt(batch.highWatermark),
    });
    const patience = new AbortController();
    const late = sleep(HANDLE_INLINE_MS, 'late', { signal: patience.signal }).catch(() => 'done');
    if ((await Promise.race([handled, late])) === 'late') this.#pauseIfBusy(feed);
    patience.abort();
  }

  #pauseIfBusy(feed: PartitionFeed): void {
    if (feed.isBusy && this.#feeds.get(feed.partition) === feed) this.#pause(feed.partition);
  }

  #pause(partition: number): void {
    this.#steer((topic) => this.#consumer.pause([{ topic, partitions: [partition] }]));
  }

  #resumeFrom(partition: number, position: bigint): void {
    if (this.#isEnding) return;
    this.#hints.set(partition, position);
    this.#steer((topic) => {
      this.#consumer.seek({ topic, partition, offset: `${position}` });
      this.#consumer.resume([{ topic, partitions: [partition] }]);
    });
  }

  #steer(steering: (topic: string) => void): void {
    try {
      steering(this.#ports.topic);
    } catch (error) {
      // kafkajs has stopped by itself: its next event ends this membership.
      this.#finish(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #check(): void {
    const nowMs = performance.now();
    const { sessionTimeoutMs } = this.#ports;
    for (const feed of [...this.#feeds.values(), ...this.#formerFeeds]) {
      // A batch of an earlier assignment holds up the present one just as well.
      if (!this.#feeds.has(feed.partition) || feed.handlingMs() <= sessionTimeoutMs) continue;
      return this.#finish(
        new Error(`The handler of partition ${feed.partition} outlasted the session.`),
      );
    }
    if (nowMs - this.#lastLifeMs > 3 * sessionTimeoutMs) {
      return this.#finish(new Error('The consumer went silent.'));
    }
    if (nowMs - this.#lastHintMs > HINT_MS) {
      this.#lastHintMs = nowMs;
      void this.#commitHints();
    }
  }

  /** For lag monitors only: the positions that count are the handler's. */
  async #commitHints(): Promise<void> {
    const { topic } = this.#ports;
    const offsets = [...this.#hints].map(([partition, next]) => {
      return { topic, partition, offset: `${next}` };
    });
    this.#hints.clear();
    if (offsets.length === 0) return;
    // A hint that fails is replaced by a later one.
    await this.#consumer.commitOffsets(offsets).catch(() => undefined);
  }

  #finish(reason: Error | null): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
    this.#abortFeeds();
    this.#over.resolve(reason);
  }

  #abortFeeds(): void {
    for (const feed of this.#feeds.values()) {
      feed.abort();
      this.#formerFeeds.add(feed);
      void feed.settled().then(() => this.#formerFeeds.delete(feed));
    }
    for (const feed of this.#formerFeeds) feed.abort();
    this.#feeds.clear();
  }

  #showLife(): void {
    this.#lastLifeMs = performance.now();
    this.#ports.onActivity();
  }
}

/** A bound on waiting that does not keep the process alive. */
function moment(delayMs: number): Promise<void> {
  return sleep(delayMs, undefined, { ref: false });
}
