import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '#event-log/event-log.js';
import { decodePosition } from '#events/position.js';
import type { OperationsReader } from '#read-models/queries/operations-reader.js';
import type { Refusal } from '../http/refusal.js';

/** `minPosition` of a read, and how long this caller is prepared to wait at most. */
export type PositionWait = {
  readonly minPosition: string | null;
  readonly waitMsMax?: number;
};

const POLL_MS_MIN = 10;
const POLL_MS_MAX = 50;

/** Holds a read back until the live generation has folded what the caller has already seen. */
export class PositionGate {
  readonly #log: Pick<EventLog, 'logId' | 'partitions'>;
  readonly #operations: OperationsReader;
  readonly #waitMsMax: number;

  constructor(
    log: Pick<EventLog, 'logId' | 'partitions'>,
    operations: OperationsReader,
    waitMsMax: number,
  ) {
    this.#log = log;
    this.#operations = operations;
    this.#waitMsMax = waitMsMax;
  }

  /** Null once the position is reached, or where none was asked for. */
  async pass({ minPosition, waitMsMax }: PositionWait): Promise<Refusal | null> {
    if (minPosition === null) return null;
    const position = decodePosition(minPosition, this.#log);
    if ('refused' in position)
      return { refused: position.refused, detail: DETAILS[position.refused] };
    const deadlineMs = performance.now() + Math.min(this.#waitMsMax, waitMsMax ?? Infinity);
    let pollMs = POLL_MS_MIN;
    while (!(await this.#isReached(position.next))) {
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) return NOT_CAUGHT_UP;
      await sleep(Math.min(pollMs, leftMs));
      pollMs = Math.min(pollMs * 2, POLL_MS_MAX);
    }
    return null;
  }

  async #isReached(wanted: readonly bigint[]): Promise<boolean> {
    const checkpoints = await this.#operations.liveCheckpoints();
    const next = new Map(checkpoints.map((checkpoint) => [checkpoint.partition, checkpoint.next]));
    return wanted.every((position, partition) => (next.get(partition) ?? 0n) >= position);
  }
}

const DETAILS = {
  'malformed-position': 'The position token cannot be read.',
  'foreign-position': 'The position token was made by another log.',
} as const;

const NOT_CAUGHT_UP: Refusal = {
  refused: 'not-caught-up',
  detail: 'The read models have not reached this position yet.',
  retryAfterSeconds: 1,
};
