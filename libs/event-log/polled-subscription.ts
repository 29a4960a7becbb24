import type { StoredRecord } from '#events/record.js';
import {
  Fenced,
  PositionLost,
  Subscription,
  type BatchHandler,
  type SubscribeOptions,
} from './event-log.js';
import { HeldPartition } from './held-partition.js';
import type { Assignment, Membership } from './membership.js';
import { Waker } from './waker.js';

/** What a log must offer to be subscribed to by polling. */
export type RecordSource = {
  /**
   * Reads the records from each want on, in order; one answer a want, empty at the end of the log.
   */
  fetch(wants: readonly Want[]): Promise<readonly (readonly StoredRecord[])[]>;
  startPositions(): Promise<readonly bigint[]>;
  endPositions(): Promise<readonly bigint[]>;
};

export type Want = {
  readonly partition: number;
  readonly from: bigint;
  readonly recordsMax: number;
};

export type SubscriptionPorts = {
  readonly source: RecordSource;
  readonly membership: Membership;
  readonly handler: BatchHandler;
  /** Batches that are handled at once, each of another partition. */
  readonly partitionsConcurrentlyMax: number;
  readonly options: SubscribeOptions;
  readonly onStopped: () => void;
};

const BATCH_RECORDS_MAX = 500;
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 200;
const POLL_GROWTH = 1.5;
const ERROR_MS_MIN = 100;
const ERROR_MS_MAX = 5_000;

/**
 * A member of a group that polls for records: adaptively while nothing comes, at once when this
 * process appended. Two loops: one keeps the leases, one reads and hands over.
 */
export class PolledSubscription extends Subscription {
  readonly #ports: SubscriptionPorts;
  readonly #held = new Map<number, HeldPartition>();
  /** Partitions that the handler is busy with here, also when the lease is lost meanwhile. */
  readonly #busy = new Map<number, Promise<void>>();
  readonly #readWaker = new Waker();
  readonly #leaseWaker = new Waker();
  readonly #stopWaker = new Waker();
  #leaseTimer: NodeJS.Timeout | null = null;
  #handling = 0;
  #activeAtMs = performance.now();
  #isStopping = false;
  #loops: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  private constructor(ports: SubscriptionPorts) {
    super();
    this.#ports = ports;
  }

  /** Resolves after the first attempt to join, so that a member alone holds everything at once. */
  static async start(ports: SubscriptionPorts): Promise<PolledSubscription> {
    const subscription = new PolledSubscription(ports);
    const isShort = await subscription.#heartbeat();
    subscription.#loops = Promise.all([subscription.#keepLeases(isShort), subscription.#readOn()]);
    return subscription;
  }

  override assigned(): readonly number[] {
    return [...this.#held.keys()].sort((a, b) => a - b);
  }

  override idleMs(): number {
    return performance.now() - this.#activeAtMs;
  }

  override stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Tells that this process has appended. */
  wake(): void {
    this.#readWaker.wake();
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    for (const held of this.#held.values()) held.lose();
    this.#readWaker.wake();
    this.#leaseWaker.wake();
    this.#stopWaker.wake();
    await this.#loops;
    await Promise.all(this.#busy.values());
    if (this.#leaseTimer !== null) clearTimeout(this.#leaseTimer);
    this.#held.clear();
    try {
      await this.#ports.membership.leave();
    } catch (error) {
      this.#report(error, null);
    } finally {
      this.#ports.onStopped();
    }
  }

  async #keepLeases(isShortAtFirst: boolean): Promise<void> {
    const { leaseMs } = this.#ports.membership;
    let isShort = isShortAtFirst;
    while (!this.#isStopping) {
      await this.#leaseWaker.sleep(isShort ? leaseMs / 15 : leaseMs / 3);
      if (!this.#isStopping) isShort = await this.#heartbeat();
    }
  }

  /** Answers whether to come back soon: there is more to take, or it failed. */
  async #heartbeat(): Promise<boolean> {
    const { membership } = this.#ports;
    const startedAtMs = performance.now();
    try {
      await this.#releaseSurplus();
      const assignment = await membership.heartbeat();
      const leftMs = startedAtMs + membership.leaseMs - performance.now();
      if (leftMs > 0) this.#hold(assignment, leftMs);
      return assignment.partitions.length < assignment.share;
    } catch (error) {
      this.#report(error, null);
      return true;
    } finally {
      this.#activeAtMs = performance.now();
    }
  }

  async #releaseSurplus(): Promise<void> {
    const free = this.#freeSurplus();
    if (free.length === 0) return;
    for (const held of free) this.#lose(held);
    await this.#ports.membership.release(free.map(({ partition }) => partition));
  }

  #freeSurplus(): HeldPartition[] {
    return [...this.#held.values()].filter(
      ({ isSurplus, partition }) => isSurplus && !this.#busy.has(partition),
    );
  }

  #hold({ partitions, share }: Assignment, leftMs: number): void {
    for (const held of this.#held.values()) {
      if (!partitions.includes(held.partition)) this.#lose(held);
    }
    for (const [index, partition] of partitions.toSorted((a, b) => a - b).entries()) {
      const held = this.#held.get(partition) ?? new HeldPartition(partition);
      held.isSurplus = index >= share;
      this.#held.set(partition, held);
    }
    if (this.#leaseTimer !== null) clearTimeout(this.#leaseTimer);
    this.#leaseTimer = setTimeout(() => {
      for (const held of this.#held.values()) this.#lose(held);
    }, leftMs);
    if (this.#freeSurplus().length > 0) this.#leaseWaker.wake();
    this.#readWaker.wake();
  }

  #lose(held: HeldPartition): void {
    held.lose();
    this.#held.delete(held.partition);
  }

  async #readOn(): Promise<void> {
    let pollMs = POLL_MS_MIN;
    let errorMs = ERROR_MS_MIN;
    while (!this.#isStopping) {
      this.#resume();
      try {
        const hasMore = await this.#fetch();
        pollMs = hasMore ? POLL_MS_MIN : Math.min(POLL_MS_MAX, pollMs * POLL_GROWTH);
        errorMs = ERROR_MS_MIN;
      } catch (error) {
        this.#report(error, null);
        this.#forgetPositions();
        await this.#stopWaker.sleep(errorMs);
        errorMs = Math.min(ERROR_MS_MAX, errorMs * 2);
      }
      this.#dispatch();
      if (await this.#readWaker.sleep(pollMs)) pollMs = POLL_MS_MIN;
    }
  }

  /** What answers after an error may be another server, whose log ends sooner: check again. */
  #forgetPositions(): void {
    for (const held of this.#idle()) held.advance(null);
  }

  /** Asks the handler where to resume, wherever that is not known. */
  #resume(): void {
    for (const held of this.#idle()) {
      if (held.next === null) this.#occupy(held, () => this.#resumeOne(held));
    }
  }

  async #resumeOne(held: HeldPartition): Promise<void> {
    const { partition } = held;
    const next = await this.#ports.handler.nextPosition(partition);
    const [starts, ends] = await Promise.all([
      this.#ports.source.startPositions(),
      this.#ports.source.endPositions(),
    ]);
    const [start = 0n, end = 0n] = [starts[partition], ends[partition]];
    if (next < start || next > end) {
      throw new PositionLost(
        `Partition ${partition} is to be read from ${next}; the log holds ${start} to ${end}.`,
      );
    }
    held.next = next;
  }

  async #fetch(): Promise<boolean> {
    const wanting = this.#idle().filter(({ next, batch }) => next !== null && batch === null);
    if (wanting.length === 0) return false;
    const recordsMax = this.#ports.options.batchRecordsMax ?? BATCH_RECORDS_MAX;
    const answers = await this.#ports.source.fetch(
      wanting.map(({ partition, next }) => ({ partition, from: next ?? 0n, recordsMax })),
    );
    this.#activeAtMs = performance.now();
    let hasMore = false;
    for (const [index, held] of wanting.entries()) {
      const records = answers[index] ?? [];
      if (records.length === 0 || held.signal.aborted) continue;
      held.batch = records;
      hasMore = true;
    }
    return hasMore;
  }

  #dispatch(): void {
    for (const held of this.#idle()) {
      if (this.#handling >= this.#ports.partitionsConcurrentlyMax) return;
      const { batch } = held;
      if (batch === null) continue;
      this.#handling += 1;
      this.#occupy(held, async () => {
        try {
          await this.#handle(held, batch);
        } finally {
          this.#handling -= 1;
        }
      });
    }
  }

  async #handle(held: HeldPartition, records: readonly StoredRecord[]): Promise<void> {
    const { partition, signal } = held;
    const next = await this.#ports.handler.handle({ partition, records, signal });
    const first = records[0]?.position ?? 0n;
    const end = (records.at(-1)?.position ?? 0n) + 1n;
    // An answer outside the batch is nothing to go on from: the handler's own position decides.
    if (next > first && next <= end) held.advance(next);
    else held.retry({ isAtOnce: true, nowMs: performance.now() });
    if (this.#held.get(partition) !== held) return;
    // To the end of the line: the next turn belongs to a partition that has waited longer.
    this.#held.delete(partition);
    this.#held.set(partition, held);
  }

  /** Runs one thing at a time for a partition, and backs the partition off when it fails. */
  #occupy(held: HeldPartition, work: () => Promise<void>): void {
    const { partition } = held;
    const done = work()
      .catch((error: unknown) => {
        const isFenced = error instanceof Fenced;
        held.retry({ isAtOnce: isFenced, nowMs: performance.now() });
        if (!isFenced && !held.signal.aborted) this.#report(error, partition);
      })
      .finally(() => {
        this.#busy.delete(partition);
        this.#activeAtMs = performance.now();
        this.#dispatch();
        this.#readWaker.wake();
        if (held.isSurplus) this.#leaseWaker.wake();
      });
    this.#busy.set(partition, done);
  }

  #idle(): HeldPartition[] {
    if (this.#isStopping) return [];
    const nowMs = performance.now();
    return [...this.#held.values()].filter(
      (held) => !held.isSurplus && !this.#busy.has(held.partition) && held.waitMs(nowMs) <= 0,
    );
  }

  /** In a turn of its own: an `onError` that throws must not end a loop. */
  #report(error: unknown, partition: number | null): void {
    const { onError } = this.#ports.options;
    if (onError !== undefined) queueMicrotask(() => onError(error, partition));
  }
}
