import type { LogRecord, RecordPosition, StoredRecord } from '#events/record.js';

/**
 * One topic of the log: totally ordered within a partition, durable, replayable. The port; its adapters
 * (in memory, PostgreSQL, Kafka) all pass `event-log.contract.ts`.
 */
export abstract class EventLog {
  abstract readonly topic: string;
  /** Chosen when the log is created, checked when it is opened, never changed. */
  abstract readonly partitions: number;
  /** Identity of the stored log; a position of another log means nothing here. */
  abstract readonly logId: string;

  /**
   * Resolves once every record is durable, with their positions in the order given. Concurrent appends
   * share one write. Rejects with `LogUnavailable` when the bound on memory is reached or the deadline
   * passes; the records may then still become durable, once or twice: readers dedupe by id.
   */
  abstract append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]>;

  /**
   * Joins a group and hands over batches, in order within each partition, from the positions that the
   * handler owns. At most one batch of a partition is under way here, but a member that lost a partition
   * without noticing may still be handling one: the handler fences itself (see `Fenced`).
   */
  abstract subscribe(
    group: string,
    handler: BatchHandler,
    options?: SubscribeOptions,
  ): Promise<Subscription>;

  /** Walks a range, `from` inclusive to `to` exclusive, without a group. */
  abstract read(
    partition: number,
    from: bigint,
    to: bigint,
  ): AsyncIterable<readonly StoredRecord[]>;

  /** The position after the last durable record, for every partition. */
  abstract endPositions(): Promise<readonly bigint[]>;

  /** The first position still kept, for every partition. */
  abstract startPositions(): Promise<readonly bigint[]>;

  /** Stops subscriptions, lets pending appends finish, releases connections. */
  abstract close(): Promise<void>;
}

export type BatchHandler = {
  /** Where to resume; asked at every assignment and after every `Fenced`. */
  nextPosition(partition: number): Promise<bigint>;
  /**
   * Handles one batch and answers the position to read next. Throws `Fenced` when another owner has
   * moved on; any other error is retried with back-off from `nextPosition`.
   */
  handle(batch: LogBatch): Promise<bigint>;
};

export type LogBatch = {
  readonly partition: number;
  /** Never empty; positions strictly rise, from `nextPosition`, and may have holes. */
  readonly records: readonly StoredRecord[];
  /** Aborted when the subscription stops or the partition is known to be lost. */
  readonly signal: AbortSignal;
};

export type SubscribeOptions = {
  readonly batchRecordsMax?: number;
  /** Told of errors that the subscription retries, so that somebody logs and counts them. */
  readonly onError?: (error: unknown, partition: number | null) => void;
};

export abstract class Subscription {
  /** Partitions held just now. */
  abstract assigned(): readonly number[];
  /** Milliseconds since the subscription last did anything at all: the liveness signal. */
  abstract idleMs(): number;
  /** Resolves once the batch under way is done and the membership is given up. */
  abstract stop(): Promise<void>;
}

/** The handler's own fence refused the batch: somebody else has moved the position. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** The log did not take the records in time. The caller answers 503 and may send again. */
export class LogUnavailable extends Error {
  override readonly name = 'LogUnavailable';
  readonly retryAfterMs: number;
  constructor(message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The log no longer holds, or does not yet hold, a position that a reader owns. Needs a person. */
export class PositionLost extends Error {
  override readonly name = 'PositionLost';
}

/** An existing topic differs from what is asked: partition count, retention, clean-up. */
export class TopicMismatch extends Error {
  override readonly name = 'TopicMismatch';
}
