import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredRecord } from '#events/record.js';
import { Fenced, PositionLost, type BatchHandler } from '../event-log.js';

/** What a feed needs of the membership that it belongs to. */
export type FeedPorts = {
  readonly handler: BatchHandler;
  readonly onError: (error: unknown, partition: number) => void;
  readonly batchRecordsMax: number;
  /** First position kept and position past the last one, asked of the broker now. */
  readonly bounds: (partition: number) => Promise<PartitionBounds>;
  readonly pause: (partition: number) => void;
  /** Fetches on from there: forgets what was fetched before, and ends a pause. */
  readonly resumeFrom: (partition: number, position: bigint) => void;
};

export type PartitionBounds = { readonly low: bigint; readonly high: bigint };

export type FetchedBatch = {
  readonly records: readonly StoredRecord[];
  readonly high: bigint;
};

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 5_000;

/**
 * One partition during one assignment: asks the handler where to resume, hands it batches one at a
 * time, and starts over after an error. It is created while the partition is paused.
 */
export class PartitionFeed {
  readonly partition: number;
  readonly #ports: FeedPorts;
  readonly #lost = new AbortController();
  readonly #superseded = new AbortController();
  readonly #overtaken = Promise.withResolvers<never>();
  #next: bigint | null = null;
  #work: Promise<void>;
  #isBusy = true;
  #failures = 0;
  #gapSeenAt: bigint | null = null;
  #handlingSinceMs: number | null = null;

  /** `before`: the work of an earlier assignment of this partition, still under way here. */
  constructor(partition: number, ports: FeedPorts, before: Promise<void>) {
    this.partition = partition;
    this.#ports = ports;
    this.#overtaken.promise.catch(() => undefined); // Nobody may be waiting when it rejects.
    this.#superseded.signal.addEventListener('abort', () => {
      this.#overtaken.reject(new Error('The assignment is over.'));
    });
    this.#work = this.#start(before);
  }

  /** The position to resume from as far as is known here: a hint for the group's own offsets. */
  get next(): bigint | null {
    return this.#next;
  }

  /** Milliseconds that the handler has had the batch in its hands; zero between batches. */
  handlingMs(): number {
    return this.#handlingSinceMs === null ? 0 : performance.now() - this.#handlingSinceMs;
  }

  /** A batch is under way, or the position to resume from is being asked. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Resolves once nothing is under way; never rejects. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** The partition is lost, or the subscription stops: tells the handler, hands over nothing more. */
  abort(): void {
    this.#superseded.abort();
    this.#lost.abort();
  }

  /** A newer assignment of the same partition takes over; the batch under way is still welcome. */
  supersede(): void {
    this.#superseded.abort();
  }

  /**
   * Takes a fetched batch, unless one is under way. Resolves when all of it is handled; never rejects.
   * What is not taken is fetched again.
   */
  async offer(batch: FetchedBatch): Promise<void> {
    if (this.#isBusy || this.#isSuperseded || this.#next === null) return;
    this.#isBusy = true;
    this.#work = this.#take(batch, this.#next);
    await this.#work;
  }

  async #start(before: Promise<void>): Promise<void> {
    await before;
    await this.#findPosition();
  }

  async #take(batch: FetchedBatch, next: bigint): Promise<void> {
    try {
      if (batch.high < next) throw this.#positionLost(next, { low: 0n, high: batch.high });
      if (await this.#skipsSomething(batch, next)) return this.#resume(next);
      await this.#handleAll(batch.records, next);
      if (this.#next !== null) this.#resume(this.#next);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #handleAll(records: readonly StoredRecord[], from: bigint): Promise<void> {
    let next = from;
    let start = 0;
    while (!this.#isSuperseded) {
      while (start < records.length && (records[start]?.position ?? next) < next) start += 1;
      const slice = records.slice(start, start + this.#ports.batchRecordsMax);
      if (slice.length === 0) return;
      const answered = await this.#handle(slice);
      if (answered <= next) throw new Error(`The handler answered ${answered} for ${next}.`);
      next = answered;
      this.#next = next;
      this.#failures = 0;
    }
  }

  async #handle(records: readonly StoredRecord[]): Promise<bigint> {
    this.#handlingSinceMs = performance.now();
    try {
      const { partition } = this;
      return await this.#ports.handler.handle({ partition, records, signal: this.#lost.signal });
    } finally {
      this.#handlingSinceMs = null;
    }
  }

  async #recover(error: unknown): Promise<void> {
    this.#next = null;
    if (this.#isSuperseded) return;
    this.#ports.pause(this.partition);
    if (error instanceof PositionLost) return this.#ports.onError(error, this.partition);
    if (!(error instanceof Fenced)) {
      this.#ports.onError(error, this.partition);
      await this.#backOff();
    }
    await this.#findPosition();
  }

  /** Asks the handler until it answers a position that the log holds, then fetches from there. */
  async #findPosition(): Promise<void> {
    while (!this.#isSuperseded) {
      try {
        const next = await this.#ports.handler.nextPosition(this.partition);
        await this.#assertHeld(next);
        if (this.#isSuperseded) return;
        this.#next = next;
        return this.#resume(next);
      } catch (error) {
        if (this.#isSuperseded) return;
        this.#ports.onError(error, this.partition);
        // Reading on would skip or repeat records in silence; only this partition stands still.
        if (error instanceof PositionLost) return;
        await this.#backOff();
      }
    }
  }

  async #assertHeld(next: bigint): Promise<void> {
    // A broker that is away may take long to say so: the end of the assignment does not wait for it.
    const asked = this.#ports.bounds(this.partition);
    const bounds = await Promise.race([asked, this.#overtaken.promise]);
    if (next < bounds.low || next > bounds.high) throw this.#positionLost(next, bounds);
  }

  /**
   * The batch begins past the position: after a reset by kafkajs, or behind a hole that compaction
   * left. Only what comes again after fetching from the exact position is a hole.
   */
  async #skipsSomething({ records }: FetchedBatch, next: bigint): Promise<boolean> {
    const first = records[0]?.position ?? next;
    if (first <= next || this.#gapSeenAt === next) return false;
    await this.#assertHeld(next);
    this.#gapSeenAt = next;
    return true;
  }

  #resume(next: bigint): void {
    if (this.#isSuperseded) return;
    // First, so that nobody pauses for a batch that is done: nothing would end that pause.
    this.#isBusy = false;
    this.#ports.resumeFrom(this.partition, next);
  }

  get #isSuperseded(): boolean {
    return this.#superseded.signal.aborted;
  }

  async #backOff(): Promise<void> {
    const delayMs = Math.min(BACKOFF_MS_MIN * 2 ** this.#failures, BACKOFF_MS_MAX);
    this.#failures += 1;
    const { signal } = this.#superseded;
    // Aborted means only that there is nothing more to wait for.
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }

  #positionLost(next: bigint, { low, high }: PartitionBounds): PositionLost {
    return new PositionLost(
      `Partition ${this.partition} holds ${low} to ${high}, but ${next} is to be read next.`,
    );
  }
}
