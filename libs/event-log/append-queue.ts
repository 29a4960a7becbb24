import { LogUnavailable } from './event-log.js';

/** Bounds of one queue. Every log takes a part of these as options; the rest are the defaults. */
export type AppendLimits = {
  /** Records that wait or are being written; past it an append is refused at once. */
  readonly pendingRecordsMax: number;
  /** The same in bytes. */
  readonly pendingBytesMax: number;
  /** A caller is refused when its records are not durable by then. */
  readonly appendTimeoutMs: number;
  readonly writeRecordsMax: number;
  /** A write may be larger only when a single record is. */
  readonly writeBytesMax: number;
  /** Writes under way at once. More than one gives up the order between concurrent appends. */
  readonly writesMax: number;
  /** What a refused caller is told to wait. */
  readonly retryAfterMs: number;
};

export const APPEND_LIMITS: AppendLimits = {
  pendingRecordsMax: 20_000,
  pendingBytesMax: 64 * 1024 * 1024,
  appendTimeoutMs: 5_000,
  writeRecordsMax: 500,
  writeBytesMax: 900_000,
  writesMax: 1,
  retryAfterMs: 1_000,
};

/**
 * Coalesces concurrent appends into few writes: whatever waits goes out together as soon as the
 * write before it has returned. `write` answers one result an item, in the order given.
 *
 * A failed write refuses everyone who has an item in it, and is not tried again here: the items may
 * be durable, and only the caller knows whether to send them again.
 */
export class AppendQueue<Item, Result> {
  readonly #write: (batch: readonly Item[]) => Promise<readonly Result[]>;
  readonly #bytesOf: (item: Item) => number;
  readonly #limits: AppendLimits;
  readonly #waiting: Entry<Item, Result>[] = [];
  #waitingHead = 0;
  #pendingRecords = 0;
  #pendingBytes = 0;
  #writes = 0;
  #isFlushDue = false;
  #isClosed = false;
  #onIdle: (() => void) | null = null;

  constructor(ports: {
    readonly write: (batch: readonly Item[]) => Promise<readonly Result[]>;
    readonly bytesOf: (item: Item) => number;
    readonly limits: AppendLimits;
  }) {
    this.#write = ports.write;
    this.#bytesOf = ports.bytesOf;
    this.#limits = ports.limits;
  }

  /** Resolves with a result for each item, once all of them are written. */
  append(items: readonly Item[]): Promise<readonly Result[]> {
    if (this.#isClosed) return Promise.reject(this.#refusal('The log is closed.'));
    if (items.length === 0) return Promise.resolve([]);
    const sizes = items.map((item) => this.#bytesOf(item));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (
      this.#pendingRecords + items.length > this.#limits.pendingRecordsMax ||
      this.#pendingBytes + bytes > this.#limits.pendingBytesMax
    ) {
      return Promise.reject(
        this.#refusal(
          `The log is busy: ${this.#pendingRecords} records, ${this.#pendingBytes} bytes pending.`,
        ),
      );
    }
    this.#pendingRecords += items.length;
    this.#pendingBytes += bytes;
    return new Promise((resolve, reject) => {
      const caller = new Caller<Result>(items.length, { resolve, reject });
      items.forEach((item, index) => {
        this.#waiting.push({ item, index, caller, bytes: sizes[index] ?? 0 });
      });
      caller.startTimer(this.#limits.appendTimeoutMs, () => {
        caller.refuse(
          this.#refusal(`The log did not answer within ${this.#limits.appendTimeoutMs} ms.`),
        );
        this.#dropRefused();
      });
      this.#scheduleFlush();
    });
  }

  /** Takes no more appends; resolves once none is pending. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#pendingRecords === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Waits for the end of the turn, so that callers of the same turn share a write. */
  #scheduleFlush(): void {
    if (this.#isFlushDue || this.#writes >= this.#limits.writesMax) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      while (this.#writes < this.#limits.writesMax) {
        const batch = this.#takeBatch();
        if (batch.length === 0) break;
        void this.#send(batch);
      }
    });
  }

  async #send(batch: readonly Entry<Item, Result>[]): Promise<void> {
    this.#writes += 1;
    try {
      const results = await this.#write(batch.map((entry) => entry.item));
      if (results.length !== batch.length) {
        throw new Error(`${batch.length} records written, ${results.length} answered.`);
      }
      batch.forEach(({ caller, index }, n) => caller.settle(index, results[n] as Result));
    } catch (cause) {
      const refusal =
        cause instanceof LogUnavailable
          ? cause
          : this.#refusal('The log did not take the records.', cause);
      for (const { caller } of batch) caller.refuse(refusal);
    } finally {
      this.#writes -= 1;
      for (const { bytes } of batch) this.#release(bytes);
      this.#scheduleFlush();
    }
  }

  #takeBatch(): Entry<Item, Result>[] {
    const batch: Entry<Item, Result>[] = [];
    let bytes = 0;
    while (this.#waitingHead < this.#waiting.length) {
      const entry = this.#waiting[this.#waitingHead];
      if (entry === undefined) break;
      if (entry.caller.isRefused) {
        this.#waitingHead += 1;
        this.#release(entry.bytes);
        continue;
      }
      if (batch.length >= this.#limits.writeRecordsMax) break;
      if (batch.length > 0 && bytes + entry.bytes > this.#limits.writeBytesMax) break;
      bytes += entry.bytes;
      batch.push(entry);
      this.#waitingHead += 1;
    }
    this.#forgetTaken();
    return batch;
  }

  /** Gives back the memory of waiting records whose callers were refused. All wait equally long. */
  #dropRefused(): void {
    while (this.#waiting[this.#waitingHead]?.caller.isRefused === true) {
      this.#release(this.#waiting[this.#waitingHead]?.bytes ?? 0);
      this.#waitingHead += 1;
    }
    this.#forgetTaken();
  }

  /** Seldom, because moving the rest of a long array forward for every write would cost more. */
  #forgetTaken(): void {
    if (this.#waitingHead < this.#waiting.length && this.#waitingHead <= 4_096) return;
    this.#waiting.splice(0, this.#waitingHead);
    this.#waitingHead = 0;
  }

  #release(bytes: number): void {
    this.#pendingRecords -= 1;
    this.#pendingBytes -= bytes;
    if (this.#pendingRecords === 0) this.#onIdle?.();
  }

  #refusal(message: string, cause?: unknown): LogUnavailable {
    return new LogUnavailable(message, { retryAfterMs: this.#limits.retryAfterMs, cause });
  }
}

type Entry<Item, Result> = {
  readonly item: Item;
  /** Place among the items of its caller. */
  readonly index: number;
  readonly caller: Caller<Result>;
  readonly bytes: number;
};

/** One `append`: its items may go out in several writes. */
class Caller<Result> {
  readonly #results: Result[] = [];
  readonly #outcome: {
    readonly resolve: (results: readonly Result[]) => void;
    readonly reject: (error: Error) => void;
  };
  #left: number;
  #timer: NodeJS.Timeout | null = null;
  isRefused = false;

  constructor(
    count: number,
    outcome: {
      readonly resolve: (results: readonly Result[]) => void;
      readonly reject: (error: Error) => void;
    },
  ) {
    this.#left = count;
    this.#outcome = outcome;
  }

  startTimer(timeoutMs: number, onTimeout: () => void): void {
    this.#timer = setTimeout(onTimeout, timeoutMs);
  }

  settle(index: number, result: Result): void {
    this.#results[index] = result;
    this.#left -= 1;
    if (this.#left > 0 || this.isRefused) return;
    this.#stopTimer();
    this.#outcome.resolve(this.#results);
  }

  refuse(error: Error): void {
    if (this.isRefused) return;
    this.isRefused = true;
    this.#stopTimer();
    this.#outcome.reject(error);
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
