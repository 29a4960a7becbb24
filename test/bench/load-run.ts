import { setTimeout as sleep } from 'node:timers/promises';
import { LoadConnection } from './load-connection.js';
import type { DeliveryName } from './deliveries.js';
import type { Workload } from './load-requests.js';

export type LoadOrder = {
  readonly port: number;
  readonly delivery: DeliveryName;
  readonly workload: Workload;
  readonly connections: number;
  readonly seconds: number;
  /**
   * Requests a second that arrive at random moments, whether or not earlier ones were answered (open
   * model); null sends the next one as soon as a connection has its answer (closed model).
   */
  readonly ratePerSecond: number | null;
};

export type LoadResult = {
  /** Answered 2xx. */
  readonly accepted: number;
  /** Every other answer, and connections that broke. */
  readonly failed: number;
  /** Until the last answer. */
  readonly seconds: number;
  /** From when a request was due, so that waiting for a connection counts. */
  readonly latenciesMs: readonly number[];
};

const DRAIN_TIMEOUT_MS = 10_000;
const TICK_MS = 1;

export async function runLoad(order: LoadOrder, nextRequest: () => Buffer): Promise<LoadResult> {
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => LoadConnection.open(order.port)),
  );
  const tally = new Tally(nextRequest);
  const startedMs = performance.now();
  const endMs = startedMs + order.seconds * 1_000;
  if (order.ratePerSecond === null) {
    for (const connection of connections) tally.keepSending(connection, endMs);
    await sleep(order.seconds * 1_000);
  } else {
    await tally.sendAtRate(connections, { ratePerSecond: order.ratePerSecond, endMs });
  }
  await tally.drain();
  for (const connection of connections) connection.close();
  const seconds = (tally.lastAnswerMs - startedMs) / 1_000;
  return {
    accepted: tally.accepted,
    failed: tally.failed,
    seconds,
    latenciesMs: tally.latenciesMs,
  };
}

class Tally {
  accepted = 0;
  failed = 0;
  lastAnswerMs = performance.now();
  readonly latenciesMs: number[] = [];
  readonly #nextRequest: () => Buffer;
  #pending = 0;

  constructor(nextRequest: () => Buffer) {
    this.#nextRequest = nextRequest;
  }

  keepSending(connection: LoadConnection, endMs: number): void {
    const nowMs = performance.now();
    if (nowMs >= endMs || !connection.isOpen) return;
    this.#send(connection, { dueMs: nowMs, onAnswered: () => this.keepSending(connection, endMs) });
  }

  async sendAtRate(
    connections: readonly LoadConnection[],
    { ratePerSecond, endMs }: { readonly ratePerSecond: number; readonly endMs: number },
  ): Promise<void> {
    const idle = [...connections];
    const waiting: number[] = [];
    const dispatch = (): void => {
      while (idle.length > 0 && waiting.length > 0) {
        const [connection, dueMs] = [idle.pop(), waiting.shift()];
        if (connection === undefined || dueMs === undefined) return;
        const onAnswered = (): void => {
          if (connection.isOpen) idle.push(connection);
          dispatch();
        };
        this.#send(connection, { dueMs, onAnswered });
      }
    };
    let dueMs = performance.now();
    while (performance.now() < endMs) {
      // Exponential gaps: independent senders, as many providers and payers are.
      for (; dueMs <= performance.now(); dueMs += gapMs(ratePerSecond)) waiting.push(dueMs);
      dispatch();
      await sleep(TICK_MS);
    }
    while (waiting.length > 0 && connections.some(({ isOpen }) => isOpen)) await sleep(TICK_MS);
    this.failed += waiting.length;
  }

  /** Waits for the answers that are due; those that do not come have failed. */
  async drain(): Promise<void> {
    const deadlineMs = performance.now() + DRAIN_TIMEOUT_MS;
    while (this.#pending > 0 && performance.now() < deadlineMs) await sleep(TICK_MS);
    this.failed += this.#pending;
  }

  #send(
    connection: LoadConnection,
    { dueMs, onAnswered }: { readonly dueMs: number; readonly onAnswered: () => void },
  ): void {
    this.#pending += 1;
    connection.send(this.#nextRequest(), (status) => {
      this.#pending -= 1;
      this.lastAnswerMs = performance.now();
      if (status >= 200 && status < 300) {
        this.accepted += 1;
        this.latenciesMs.push(this.lastAnswerMs - dueMs);
      } else {
        this.failed += 1;
      }
      onAnswered();
    });
  }
}

function gapMs(ratePerSecond: number): number {
  return (-Math.log(1 - Math.random()) * 1_000) / ratePerSecond;
}
