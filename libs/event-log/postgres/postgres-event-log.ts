import type { Pool } from 'pg';
import type { LogRecord, RecordPosition, StoredRecord } from '#events/record.js';
import type { TopicSettings } from '#events/topics.js';
import { APPEND_LIMITS, AppendQueue, type AppendLimits } from '../append-queue.js';
import {
  EventLog,
  type BatchHandler,
  type SubscribeOptions,
  type Subscription,
} from '../event-log.js';
import { placeRecord, recordBytes } from '../place-record.js';
import { PolledSubscription } from '../polled-subscription.js';
import { appendBatch, type PreparedRecord } from './append-statement.js';
import { fetchRanges, POSITION_MAX } from './fetch-statement.js';
import { PostgresMembership } from './leases.js';
import { openEventLogPool } from './pool.js';
import { encodeHeaders } from './record-codec.js';
import { openTopic, type StoredTopic } from './schema.js';

export type PostgresEventLogOptions = {
  /** A pool of `openEventLogPool` that outlives the log, or the database to open one for. */
  readonly database: Pool | string;
  readonly settings: TopicSettings;
  /** Checked against the stored count; decides it when the topic is new. */
  readonly partitions: number;
  readonly limits?: Partial<AppendLimits>;
  /** How long a member that died keeps its partitions. */
  readonly leaseMs?: number;
  readonly partitionsConcurrentlyMax?: number;
  /** Told when an idle connection of the log's own pool dies. */
  readonly onError?: (error: unknown) => void;
};

const LEASE_MS = 3_000;
const PARTITIONS_CONCURRENTLY_MAX = 3;
const READ_RECORDS_MAX = 1_000;

/**
 * Opens a topic in PostgreSQL; creates it where it is missing.
 *
 * Everything is kept for ever, in every topic: a topic to be compacted is not compacted here, so
 * its readers see older records of a key before the latest, as they may on Kafka.
 */
export async function openPostgresEventLog(options: PostgresEventLogOptions): Promise<EventLog> {
  const { database, onError } = options;
  const isOwnPool = typeof database === 'string';
  const pool = isOwnPool
    ? openEventLogPool({ url: database, ...(onError === undefined ? {} : { onError }) })
    : database;
  try {
    const topic = await openTopic(pool, options);
    return new PostgresEventLog({ ...options, pool, isOwnPool, topic });
  } catch (error) {
    if (isOwnPool) await pool.end();
    throw error;
  }
}

type Opened = PostgresEventLogOptions & {
  readonly pool: Pool;
  readonly isOwnPool: boolean;
  readonly topic: StoredTopic;
};

class PostgresEventLog extends EventLog {
  override readonly topic: string;
  override readonly partitions: number;
  override readonly logId: string;
  readonly #opened: Opened;
  readonly #pool: Pool;
  readonly #topicId: number;
  readonly #queue: AppendQueue<PreparedRecord, RecordPosition>;
  readonly #subscriptions = new Set<PolledSubscription>();
  #closed: Promise<void> | null = null;

  constructor(opened: Opened) {
    super();
    this.topic = opened.settings.name;
    this.partitions = opened.topic.partitions;
    this.logId = opened.topic.logId;
    this.#opened = opened;
    this.#pool = opened.pool;
    this.#topicId = opened.topic.topicId;
    this.#queue = new AppendQueue({
      limits: { ...APPEND_LIMITS, ...opened.limits },
      bytesOf: ({ bytes }) => bytes,
      write: (batch) => this.#write(batch),
    });
  }

  override async append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const { recordBytesMax } = this.#opened.settings;
    const prepared = records.map((record) => ({
      partition: placeRecord(record, { partitions: this.partitions, recordBytesMax }),
      key: record.key,
      value: record.value,
      headers: encodeHeaders(record.headers),
      bytes: recordBytes(record),
    }));
    return this.#queue.append(prepared);
  }

  override async subscribe(
    group: string,
    handler: BatchHandler,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    if (this.#closed !== null) throw new Error(`${this.topic} is closed.`);
    const { leaseMs = LEASE_MS, partitionsConcurrentlyMax = PARTITIONS_CONCURRENTLY_MAX } =
      this.#opened;
    const subscription = await PolledSubscription.start({
      source: {
        fetch: (wants) =>
          fetchRanges(this.#pool, this.#topicId, {
            ranges: wants.map((want) => ({ ...want, to: POSITION_MAX })),
            recordsMax: wants[0]?.recordsMax ?? 0,
          }),
        startPositions: () => this.startPositions(),
        endPositions: () => this.endPositions(),
      },
      membership: new PostgresMembership(this.#pool, {
        topicId: this.#topicId,
        partitions: this.partitions,
        group,
        leaseMs,
      }),
      handler,
      partitionsConcurrentlyMax,
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
    let next = from;
    while (next < to) {
      const [records = []] = await fetchRanges(this.#pool, this.#topicId, {
        ranges: [{ partition, from: next, to }],
        recordsMax: READ_RECORDS_MAX,
      });
      const latest = records.at(-1);
      if (latest === undefined) return;
      yield records;
      next = latest.position + 1n;
    }
  }

  override async endPositions(): Promise<readonly bigint[]> {
    const { rows } = await this.#pool.query<{ next_position: string }>({
      name: 'event-log-ends',
      text: `select next_position from event_log.heads where topic_id = $1 order by partition`,
      values: [this.#topicId],
    });
    return rows.map((row) => BigInt(row.next_position));
  }

  /** Nothing is ever removed. */
  override async startPositions(): Promise<readonly bigint[]> {
    return Array.from({ length: this.partitions }, () => 0n);
  }

  override close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Subscriptions first: a handler that finishes its batch may append to this very log. */
  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await this.#queue.close();
    if (this.#opened.isOwnPool) await this.#pool.end();
  }

  async #write(batch: readonly PreparedRecord[]): Promise<readonly RecordPosition[]> {
    const positions = await appendBatch(this.#pool, this.#topicId, batch);
    for (const subscription of this.#subscriptions) subscription.wake();
    return positions;
  }
}
