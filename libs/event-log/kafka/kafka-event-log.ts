import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { LogRecord, RecordPosition, StoredRecord } from '#events/record.js';
import type { TopicSettings } from '#events/topics.js';
import { APPEND_LIMITS, AppendQueue, type AppendLimits } from '../append-queue.js';
import {
  EventLog,
  LogUnavailable,
  PositionLost,
  type BatchHandler,
  type SubscribeOptions,
  type Subscription,
} from '../event-log.js';
import { partitionOf } from '../partition.js';
import { GroupConsumer } from './group-consumer.js';
import { KafkaAdmin, type KafkaConnection } from './kafka-client.js';
import { Lane } from './lane.js';
import type { PartitionBounds } from './partition-feed.js';
import { readRange } from './range-reader.js';
import { recordBytes } from './record-codec.js';
import { ensureTopic } from './topics-admin.js';

export type KafkaEventLogOptions = KafkaConnection & {
  readonly settings: TopicSettings;
  readonly partitions: number;
  readonly replicationFactor: number;
  /**
   * How long the group waits for a silent member, and how long a handler may keep a batch. Longer than
   * the handler's own time-outs, and within the broker's `group.min.` and `group.max.session.timeout.ms`.
   */
  readonly sessionTimeoutMs?: number;
  /** Partitions whose handlers run side by side; those that take long stop counting. */
  readonly partitionsConcurrentlyMax?: number;
  /** `pendingRecordsMax` and `pendingBytesMax` bound the whole log, not each partition. */
  readonly limits?: Partial<AppendLimits>;
};

const SESSION_TIMEOUT_MS = 10_000;
const PARTITIONS_CONCURRENTLY_MAX = 3;
const BATCH_RECORDS_MAX = 1_000;

/**
 * Opens a topic of a Kafka cluster as an event log; creates the topic where it is missing. Throws
 * `TopicMismatch` when the topic differs from what is asked, and kafkajs's error when no broker
 * answers within 15 s.
 */
export async function openKafkaEventLog(options: KafkaEventLogOptions): Promise<EventLog> {
  const admin = new KafkaAdmin(options);
  try {
    await admin.run((connected) => ensureTopic(connected, options));
    const { clusterId } = await admin.run((connected) => connected.describeCluster());
    return new KafkaEventLog(options, { admin, logId: `${clusterId}/${options.settings.name}` });
  } catch (error) {
    await admin.close();
    throw error;
  }
}

class KafkaEventLog extends EventLog {
  override readonly topic: string;
  override readonly partitions: number;
  override readonly logId: string;
  readonly #options: KafkaEventLogOptions;
  readonly #limits: AppendLimits;
  readonly #admin: KafkaAdmin;
  readonly #lanes = new Map<number, LaneQueue>();
  readonly #consumers = new Set<GroupConsumer>();
  #pendingRecords = 0;
  #pendingBytes = 0;
  #isClosed = false;

  constructor(
    options: KafkaEventLogOptions,
    { admin, logId }: { readonly admin: KafkaAdmin; readonly logId: string },
  ) {
    super();
    this.topic = options.settings.name;
    this.partitions = options.partitions;
    this.logId = logId;
    this.#options = options;
    // One write a lane at a time, whatever is asked: see `Lane`.
    this.#limits = { ...APPEND_LIMITS, ...options.limits, writesMax: 1 };
    this.#admin = admin;
  }

  override async append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    if (this.#isClosed) throw this.#unavailable('The log is closed.');
    const bytes = records.reduce((sum, record) => sum + this.#checkedBytes(record), 0);
    if (
      this.#pendingRecords + records.length > this.#limits.pendingRecordsMax ||
      this.#pendingBytes + bytes > this.#limits.pendingBytesMax
    ) {
      throw this.#unavailable(
        `The log is busy: ${this.#pendingRecords} records, ${this.#pendingBytes} bytes pending.`,
      );
    }
    this.#pendingRecords += records.length;
    this.#pendingBytes += bytes;
    try {
      return await this.#appendToLanes(records);
    } finally {
      this.#pendingRecords -= records.length;
      this.#pendingBytes -= bytes;
    }
  }

  override async subscribe(
    group: string,
    handler: BatchHandler,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    if (this.#isClosed) throw this.#unavailable('The log is closed.');
    const consumer = await GroupConsumer.start({
      connection: this.#options,
      topic: this.topic,
      group,
      handler,
      onError: options.onError ?? (() => undefined),
      batchRecordsMax: options.batchRecordsMax ?? BATCH_RECORDS_MAX,
      sessionTimeoutMs: this.#options.sessionTimeoutMs ?? SESSION_TIMEOUT_MS,
      partitionsConcurrentlyMax:
        this.#options.partitionsConcurrentlyMax ?? PARTITIONS_CONCURRENTLY_MAX,
      bounds: async (partition) => this.#boundsOf(partition),
    });
    this.#consumers.add(consumer);
    // Closed while it joined: `close` did not know of it yet.
    if (this.#isClosed) await consumer.stop();
    return consumer;
  }

  override async *read(
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncIterable<readonly StoredRecord[]> {
    const { low, high } = await this.#boundsOf(partition);
    if (from < low || from > high) {
      throw new PositionLost(`Partition ${partition} holds ${low} to ${high}, not ${from}.`);
    }
    const range = { topic: this.topic, partition, from, to: to < high ? to : high };
    yield* readRange(this.#options, range, (group) => this.#deleteGroup(group));
  }

  override async endPositions(): Promise<readonly bigint[]> {
    return (await this.#bounds()).map(({ high }) => high);
  }

  override async startPositions(): Promise<readonly bigint[]> {
    return (await this.#bounds()).map(({ low }) => low);
  }

  override async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    await this.#admin.close();
  }

  async #appendToLanes(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const byPartition = Map.groupBy(
      records.map((record, index) => ({ record, index })),
      ({ record }) => record.partition ?? partitionOf(record.key, this.partitions),
    );
    const positions: RecordPosition[] = new Array(records.length);
    await Promise.all(
      [...byPartition].map(async ([partition, entries]) => {
        const lane = this.#laneOf(partition);
        const answered = await lane.append(entries.map(({ record }) => record));
        answered.forEach((position, n) => {
          const entry = entries[n];
          if (entry !== undefined) positions[entry.index] = position;
        });
      }),
    );
    return positions;
  }

  #laneOf(partition: number): LaneQueue {
    const known = this.#lanes.get(partition);
    if (known !== undefined) return known;
    const lane = new LaneQueue(
      new Lane(this.#options, { topic: this.topic, partition }),
      this.#limits,
    );
    this.#lanes.set(partition, lane);
    return lane;
  }

  #checkedBytes(record: LogRecord): number {
    const { partition } = record;
    if (partition !== undefined && !(partition >= 0 && partition < this.partitions)) {
      throw new RangeError(`Partition ${partition} is none of the ${this.partitions}.`);
    }
    const bytes = recordBytes(record);
    const { recordBytesMax } = this.#options.settings;
    if (bytes > recordBytesMax) {
      throw new RangeError(`A record of ${bytes} bytes is larger than ${recordBytesMax}.`);
    }
    return bytes;
  }

  async #boundsOf(partition: number): Promise<PartitionBounds> {
    const bounds = (await this.#bounds())[partition];
    if (bounds === undefined) throw new RangeError(`Partition ${partition} does not exist.`);
    return bounds;
  }

  async #bounds(): Promise<PartitionBounds[]> {
    const fetch = (admin: Admin) => admin.fetchTopicOffsets(this.topic);
    const found = await this.#admin.run(fetch).catch((cause: unknown) => {
      throw this.#unavailable('The log does not answer.', cause);
    });
    return found
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ low, high }) => ({ low: BigInt(low), high: BigInt(high) }));
  }

  /** A group left behind costs a little memory of the cluster for a week, so nobody waits for this. */
  #deleteGroup(group: string): void {
    void this.#admin
      .run((admin) => admin.deleteGroups([group]))
      .catch((error: unknown) => {
        this.#options.logger?.({
          level: 'info',
          message: 'A reading group could not be deleted; it expires by itself.',
          namespace: 'RangeReader',
          details: { group, error: String(error) },
        });
      });
  }

  #unavailable(message: string, cause?: unknown): LogUnavailable {
    return new LogUnavailable(message, { retryAfterMs: this.#limits.retryAfterMs, cause });
  }
}

/** A lane and those who wait for it. */
class LaneQueue {
  readonly #lane: Lane;
  readonly #queue: AppendQueue<LogRecord, RecordPosition>;
  readonly #patienceMs: number;

  constructor(lane: Lane, limits: AppendLimits) {
    this.#lane = lane;
    this.#patienceMs = limits.appendTimeoutMs;
    this.#queue = new AppendQueue({
      write: (batch) => lane.write(batch),
      bytesOf: recordBytes,
      limits,
    });
  }

  append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    return this.#queue.append(records);
  }

  /** Lets what is pending finish, for as long as anybody would wait for it. */
  async close(): Promise<void> {
    const drained = this.#queue.close();
    const patience = new AbortController();
    const { signal } = patience;
    const late = sleep(this.#patienceMs, undefined, { signal }).catch(() => undefined);
    await Promise.race([drained, late]);
    patience.abort();
    await this.#lane.close();
    await drained;
  }
}
