import type { LogRecord, RecordPosition, StoredRecord } from '#events/record.js';
import { uuidV7 } from '#events/uuid.js';
import { APPEND_LIMITS, AppendQueue, type AppendLimits } from '../append-queue.js';
import {
  EventLog,
  TopicMismatch,
  type BatchHandler,
  type SubscribeOptions,
  type Subscription,
} from '../event-log.js';
import { placeRecord, recordBytes } from '../place-record.js';
import { PolledSubscription, type Want } from '../polled-subscription.js';
import { MemoryMembership } from './memory-membership.js';
import { MemoryStorage } from './memory-storage.js';

export type MemoryEventLogOptions = {
  /** The log to open; a new one when left out. */
  readonly storage?: MemoryStorage;
  readonly topic?: string;
  readonly partitions?: number;
  readonly limits?: Partial<AppendLimits>;
  readonly recordBytesMax?: number;
  readonly leaseMs?: number;
  readonly partitionsConcurrentlyMax?: number;
  /** The clock of the stored log. */
  readonly nowMs?: () => number;
};

/** An event log for specs: the semantics of the real ones, and nothing survives the process. */
export class MemoryEventLog extends EventLog {
  override readonly topic: string;
  override readonly partitions: number;
  override readonly logId: string;
  readonly #storage: MemoryStorage;
  readonly #options: MemoryEventLogOptions;
  readonly #queue: AppendQueue<PlacedRecord, RecordPosition>;
  readonly #subscriptions = new Set<PolledSubscription>();
  #isCutOff = false;

  constructor(options: MemoryEventLogOptions = {}) {
    super();
    const { topic = 'memory', partitions = options.storage?.partitions ?? 4 } = options;
    this.#options = options;
    this.#storage = options.storage ?? new MemoryStorage({ topic, partitions });
    if (this.#storage.partitions !== partitions) {
      throw new TopicMismatch(
        `${topic} has ${this.#storage.partitions} partitions, not ${partitions}.`,
      );
    }
    this.topic = this.#storage.topic;
    this.logId = this.#storage.logId;
    this.partitions = partitions;
    this.#queue = new AppendQueue({
      limits: { ...APPEND_LIMITS, ...options.limits },
      bytesOf: ({ record }) => recordBytes(record),
      write: async (batch) => this.#store(batch),
    });
  }

  override async append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const recordBytesMax = this.#options.recordBytesMax ?? 1_048_576;
    const placed = records.map((record) => ({
      record,
      partition: placeRecord(record, { partitions: this.partitions, recordBytesMax }),
    }));
    return this.#queue.append(placed);
  }

  override async subscribe(
    group: string,
    handler: BatchHandler,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    const subscription = await PolledSubscription.start({
      source: {
        fetch: async (wants) => this.#fetch(wants),
        startPositions: () => this.startPositions(),
        endPositions: () => this.endPositions(),
      },
      membership: new MemoryMembership({
        group: this.#storage.group(group),
        member: uuidV7(),
        leaseMs: this.#options.leaseMs ?? 1_000,
        assertReachable: () => this.#assertReachable(),
      }),
      handler,
      partitionsConcurrentlyMax: this.#options.partitionsConcurrentlyMax ?? 3,
      options,
      onStopped: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  override async *read(
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncIterable<readonly StoredRecord[]> {
    this.#assertReachable();
    const records = this.#storage.records[partition]?.slice(Number(from), Number(to)) ?? [];
    for (let start = 0; start < records.length; start += 1_000) {
      yield records.slice(start, start + 1_000);
    }
  }

  override async endPositions(): Promise<readonly bigint[]> {
    this.#assertReachable();
    return this.#storage.records.map((records) => BigInt(records.length));
  }

  override async startPositions(): Promise<readonly bigint[]> {
    return this.#storage.records.map(() => 0n);
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await this.#queue.close();
  }

  /** Cuts this instance off from its storage for good, as the death of its process would. */
  crash(): void {
    this.#isCutOff = true;
  }

  #store(batch: readonly PlacedRecord[]): readonly RecordPosition[] {
    this.#assertReachable();
    const appendedAtMs = (this.#options.nowMs ?? Date.now)();
    const positions = batch.map(({ record, partition }) => {
      const records = this.#storage.records[partition] ?? [];
      const position = BigInt(records.length);
      const { key, value, headers } = record;
      records.push({ partition, position, appendedAtMs, key, value, headers });
      return { partition, position };
    });
    for (const subscription of this.#subscriptions) subscription.wake();
    return positions;
  }

  #fetch(wants: readonly Want[]): readonly (readonly StoredRecord[])[] {
    this.#assertReachable();
    return wants.map(({ partition, from, recordsMax }) => {
      const start = Number(from);
      return this.#storage.records[partition]?.slice(start, start + recordsMax) ?? [];
    });
  }

  #assertReachable(): void {
    if (this.#isCutOff) throw new Error('Cut off from the stored log.');
  }
}

type PlacedRecord = { readonly record: LogRecord; readonly partition: number };
