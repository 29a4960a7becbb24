import type { StoredRecord } from '#events/record.js';

const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 5_000;

/** What a subscription knows of one partition while it holds it. */
export class HeldPartition {
  readonly #controller = new AbortController();
  readonly partition: number;
  /** Null until the handler has said where to resume. */
  next: bigint | null = null;
  /** Read and waiting for its turn; from `next`. */
  batch: readonly StoredRecord[] | null = null;
  /** To be given up after the batch under way, because another member has too little. */
  isSurplus = false;
  #failures = 0;
  #retryAtMs = 0;

  constructor(partition: number) {
    this.partition = partition;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds until the back-off is over; 0 or less when it is. */
  waitMs(nowMs: number): number {
    return this.#retryAtMs - nowMs;
  }

  advance(next: bigint | null): void {
    this.next = next;
    this.batch = null;
    this.#failures = 0;
  }

  /** Forgets the position, to ask for it again: at once, or after a back-off that doubles. */
  retry({ isAtOnce, nowMs }: { isAtOnce: boolean; nowMs: number }): void {
    this.next = null;
    this.batch = null;
    this.#failures += 1;
    const isFirst = this.#failures === 1;
    const backoffMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (this.#failures - 1));
    this.#retryAtMs = isAtOnce && isFirst ? nowMs : nowMs + backoffMs;
  }

  lose(): void {
    this.batch = null;
    this.#controller.abort();
  }
}
