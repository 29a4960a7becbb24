import { createHash } from 'node:crypto';
import { isRefusedForgery, type PlannedDelivery } from '../plan/delivery.js';
import { DueQueue } from './due-queue.js';
import type { Journal } from './journal.js';

export type DeliveryOptions = {
  /** Where the webhook sources are: `http://127.0.0.1:8080`. */
  readonly webhooksUrl: string;
  readonly concurrencyMax: number;
  /** A delivery that is not taken for this long is given up, like a provider does after a day. */
  readonly giveUpAfterMs: number;
  /** Answers later than this count as none. */
  readonly answerTimeoutMs: number;
  /** Called before the first sending of a delivery: the provider's books come first. */
  readonly beforeSend: (delivery: PlannedDelivery) => void;
  /** Called after every answer that ends a delivery. */
  readonly onAnswer?: (delivery: PlannedDelivery, answer: Answer) => void;
  readonly journal: Journal | null;
  readonly signal: AbortSignal;
};

export type Answer = {
  readonly status: number;
  readonly requestId: string | null;
  readonly position: string | null;
};

export type DeliveryCounts = {
  readonly planned: number;
  /** Answered 2xx. */
  readonly accepted: number;
  /** Forgeries that were answered 401, as they should be. */
  readonly refused: number;
  /** Forgeries of a signed source that were answered 2xx: a hole. */
  readonly forgeriesAccepted: number;
  /** Sendings that were not answered in time, or with another status, and were tried again. */
  readonly retries: number;
  readonly givenUp: number;
};

const RETRY_MS = 50;
const RETRY_MS_MAX = 2_000;

/**
 * Delivers a plan as the providers would: each delivery when it is due, again and again with a growing
 * pause until it is answered 2xx, and never again after that. Forgers stop at a 401.
 */
export class DeliveryEngine {
  readonly #options: DeliveryOptions;
  readonly #queue = new DueQueue<Attempt>();
  readonly #underWay = new Set<Promise<void>>();
  #wake: () => void = nothing;
  #counts = {
    planned: 0,
    accepted: 0,
    refused: 0,
    forgeriesAccepted: 0,
    retries: 0,
    givenUp: 0,
  };

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get counts(): DeliveryCounts {
    return { ...this.#counts };
  }

  /** Resolves when every delivery is answered or given up, or the signal is aborted. */
  async deliver(deliveries: readonly PlannedDelivery[]): Promise<DeliveryCounts> {
    const startMs = performance.now();
    this.#counts.planned += deliveries.length;
    for (const delivery of deliveries) {
      const dueMs = startMs + delivery.dueMs;
      this.#queue.push({ delivery, attempts: 0, firstDueMs: dueMs }, dueMs);
    }
    const { signal, concurrencyMax } = this.#options;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    while (!signal.aborted && (this.#queue.size > 0 || this.#underWay.size > 0)) {
      const waitMs = (this.#queue.nextDueMs() ?? Infinity) - performance.now();
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
      const timer = Number.isFinite(waitMs) ? setTimeout(() => this.#wake(), waitMs) : null;
      this.#wake = (): void => {
        if (timer !== null) clearTimeout(timer);
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
    const { delivery } = attempt;
    const answer = await this.#post(delivery);
    const isAccepted = answer !== null && answer.status >= 200 && answer.status < 300;
    if (answer !== null && (isAccepted || (!delivery.isGenuine && answer.status === 401))) {
      this.#finish(delivery, answer);
      return;
    }
    const nowMs = performance.now();
    if (nowMs - attempt.firstDueMs > this.#options.giveUpAfterMs) {
      this.#counts.givenUp += 1;
      return;
    }
    this.#counts.retries += 1;
    const backOffMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** Math.min(attempt.attempts, 10));
    this.#queue.push({ ...attempt, attempts: attempt.attempts + 1 }, nowMs + backOffMs);
  }

  #finish(delivery: PlannedDelivery, answer: Answer): void {
    if (answer.status === 401) {
      this.#counts.refused += 1;
    } else {
      this.#counts.accepted += 1;
      if (delivery.forgery !== null && isRefusedForgery(delivery.forgery)) {
        this.#counts.forgeriesAccepted += 1;
      }
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

  /** Null when there was no answer. */
  async #post(delivery: PlannedDelivery): Promise<Answer | null> {
    const { webhooksUrl, answerTimeoutMs, signal } = this.#options;
    const url = new URL(`/webhooks/${delivery.source}`, webhooksUrl);
    url.search = new URLSearchParams(delivery.query).toString();
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'user-agent': `sandbox-${delivery.provider}/1`, ...delivery.headers },
        body: new Uint8Array(delivery.body),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      return readAnswer(response.status, await response.text());
    } catch {
      // Refused, cut or too late: for the sender all the same, it tries again.
      return null;
    }
  }
}

type Attempt = {
  readonly delivery: PlannedDelivery;
  readonly attempts: number;
  /** On the clock of `performance.now()`. */
  readonly firstDueMs: number;
};

function readAnswer(status: number, text: string): Answer {
  const none = { status, requestId: null, position: null };
  try {
    const { requestId, position } = JSON.parse(text) as Record<string, unknown>;
    return {
      status,
      requestId: typeof requestId === 'string' ? requestId : null,
      position: typeof position === 'string' ? position : null,
    };
  } catch {
    // Providers do not read the answer; neither must a delivery depend on it.
    return none;
  }
}

function nothing(): void {}
