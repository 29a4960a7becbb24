import { createHash } from 'node:crypto';
import type { PlannedDelivery } from '../plan/delivery.js';
import type { DeliveryClock } from './delivery-clock.js';
import { DueQueue } from './due-queue.js';
import type { Journal } from './journal.js';
import type { Answer, PostDelivery } from './post-delivery.js';
import { ANSWER_TIMEOUT_MS, nextPauseMs, type RetryPolicy } from './retry-schedule.js';

export type DeliveryOptions = {
  readonly post: PostDelivery;
  readonly clock: DeliveryClock;
  readonly retries: RetryPolicy;
  readonly concurrencyMax: number;
  /** Called before the first sending of a delivery: the provider's books come first. */
  readonly beforeSend: (delivery: PlannedDelivery) => void;
  /** Called after every answer that ends a delivery. */
  readonly onAnswer?: (delivery: PlannedDelivery, answer: Answer) => void;
  readonly journal: Journal | null;
  readonly signal: AbortSignal;
};

export type DeliveryCounts = {
  readonly planned: number;
  /** Answered 2xx. */
  readonly accepted: number;
  /** Forgeries answered 401 and hostile bodies answered 4xx, as they should be. */
  readonly refused: number;
  /** Forgeries that had to be refused and were answered 2xx: a hole. */
  readonly forgeriesAccepted: number;
  /** Sendings that were lost, not answered in time, or answered otherwise, and were tried again. */
  readonly retries: number;
  /** First sendings that were lost on the way. */
  readonly lost: number;
  /** Hostile bodies answered 2xx, and 4xx. */
  readonly hostileAccepted: number;
  readonly hostileRefused: number;
  /** What the provider gave up: dead letters, and hostile bodies answered 5xx or not at all. */
  readonly givenUp: number;
};

/** A delivery that its provider has given up. */
export type DeadLetter = {
  readonly deliveryId: string;
  readonly provider: string;
  readonly orderId: string;
  readonly event: string;
  readonly attempts: number;
  /** Of the last sending; null when there was no answer. */
  readonly status: number | null;
};

const DEAD_LETTERS_LISTED_MAX = 200;

/**
 * Delivers a plan as the providers would: each delivery when it is due, then again by the provider's
 * schedule until it is answered 2xx, and never again after that. Forgers stop at a 401, and who sends
 * hostile bodies does not try again.
 */
export class DeliveryEngine {
  readonly #options: DeliveryOptions;
  readonly #queue = new DueQueue<Attempt>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #deadLetters: DeadLetter[] = [];
  #wake: () => void = nothing;
  #counts = { ...NO_COUNTS };

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get counts(): DeliveryCounts {
    return { ...this.#counts };
  }

  /** The first of those that were given up. */
  get deadLetters(): readonly DeadLetter[] {
    return this.#deadLetters;
  }

  /** Resolves when every delivery is answered or given up, or the signal is aborted. */
  async deliver(deliveries: readonly PlannedDelivery[]): Promise<DeliveryCounts> {
    const { signal, concurrencyMax, clock } = this.#options;
    const startMs = clock.nowMs();
    this.#counts.planned += deliveries.length;
    for (const delivery of deliveries) {
      const dueMs = startMs + delivery.dueMs;
      this.#queue.push({ delivery, attempts: 0, firstDueMs: dueMs }, dueMs);
    }
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    while (!signal.aborted && (this.#queue.size > 0 || this.#underWay.size > 0)) {
      const waitMs = (this.#queue.nextDueMs() ?? Infinity) - clock.nowMs();
      if (this.#underWay.size >= concurrencyMax) await this.#woken(Infinity);
      else if (waitMs > 0) await this.#woken(waitMs);
      else this.#startNext();
    }
    signal.removeEventListener('abort', wake);
    await Promise.all(this.#underWay);
    return this.counts;
  }

  /** Resolves after the time given, or earlier when an answer or an abort changes what is to be done. */
  #woken(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const callOff = Number.isFinite(waitMs)
        ? this.#options.clock.after(waitMs, () => this.#wake())
        : nothing;
      this.#wake = (): void => {
        callOff();
        this.#wake = nothing;
        resolve();
      };
    });
  }

  #startNext(): void {
    const attempt = this.#queue.pop();
    if (attempt === null) return;
    if (attempt.attempts === 0) this.#options.beforeSend(attempt.delivery);
    const sending = this.#send(attempt).finally(() => {
      this.#underWay.delete(sending);
      this.#wake();
    });
    this.#underWay.add(sending);
  }

  async #send(attempt: Attempt): Promise<void> {
    const { delivery, attempts } = attempt;
    if (delivery.isLost && attempts === 0) {
      this.#counts.lost += 1;
      this.#tryAgain(attempt, null);
      return;
    }
    const { post, signal } = this.#options;
    const answer = await post(delivery, {
      timeoutMs: ANSWER_TIMEOUT_MS[delivery.provider],
      signal,
    });
    if (answer !== null && isFinal(delivery, answer)) this.#finish(delivery, answer);
    // Whoever means harm has done what can be done.
    else if (delivery.hostility !== null) this.#giveUp(attempt, answer);
    else this.#tryAgain(attempt, answer);
  }

  #tryAgain(attempt: Attempt, answer: Answer | null): void {
    const { clock, retries } = this.#options;
    const nowMs = clock.nowMs();
    const attempts = attempt.attempts + 1;
    const { provider } = attempt.delivery;
    const sinceFirstMs = nowMs - attempt.firstDueMs;
    const pauseMs = nextPauseMs(retries, { provider, attempts, sinceFirstMs });
    if (pauseMs === null) {
      this.#giveUp(attempt, answer);
      return;
    }
    this.#counts.retries += 1;
    this.#queue.push({ ...attempt, attempts }, nowMs + pauseMs);
  }

  #giveUp({ delivery, attempts }: Attempt, answer: Answer | null): void {
    // An abort ends sendings without an answer: that is nobody's failure.
    if (this.#options.signal.aborted) return;
    this.#counts.givenUp += 1;
    if (this.#deadLetters.length >= DEAD_LETTERS_LISTED_MAX) return;
    this.#deadLetters.push({
      deliveryId: delivery.id,
      provider: delivery.provider,
      orderId: delivery.orderId,
      event: delivery.event,
      attempts: attempts + 1,
      status: answer?.status ?? null,
    });
  }

  #finish(delivery: PlannedDelivery, answer: Answer): void {
    const isHostile = delivery.hostility !== null;
    if (answer.status >= 400) {
      this.#counts.refused += 1;
      if (isHostile) this.#counts.hostileRefused += 1;
    } else {
      this.#counts.accepted += 1;
      if (delivery.isToBeRefused) this.#counts.forgeriesAccepted += 1;
      if (isHostile) this.#counts.hostileAccepted += 1;
      this.#options.journal?.write({
        answeredAt: new Date().toISOString(),
        deliveryId: delivery.id,
        source: delivery.source,
        orderId: delivery.orderId,
        isGenuine: delivery.isGenuine,
        ...answer,
        bodySha256: createHash('sha256').update(delivery.body).digest('hex'),
      });
    }
    this.#options.onAnswer?.(delivery, answer);
  }
}

const NO_COUNTS = {
  planned: 0,
  accepted: 0,
  refused: 0,
  forgeriesAccepted: 0,
  retries: 0,
  lost: 0,
  hostileAccepted: 0,
  hostileRefused: 0,
  givenUp: 0,
};

type Attempt = {
  readonly delivery: PlannedDelivery;
  /** Sendings before this one. */
  readonly attempts: number;
  /** On the engine's clock. */
  readonly firstDueMs: number;
};

function isFinal({ forgery, hostility }: PlannedDelivery, { status }: Answer): boolean {
  if (status >= 200 && status < 300) return true;
  if (forgery !== null) return status === 401;
  return hostility !== null && status >= 400 && status < 500;
}

function nothing(): void {}
