import { join } from 'node:path';
import type { Books } from '../books/books.js';
import type { BookObject } from '../books/book-object.js';
import type { PlannedDelivery } from '../plan/delivery.js';
import { SystemDeliveryClock } from './delivery-clock.js';
import { DeliveryEngine, type DeadLetter, type DeliveryCounts } from './delivery-engine.js';
import { Journal } from './journal.js';
import { postTo, type Answer } from './post-delivery.js';
import type { RetryPolicy } from './retry-schedule.js';

export type Plan = {
  readonly deliveries: readonly PlannedDelivery[];
  readonly objects: readonly BookObject[];
};

export type PlanReport =
  | { readonly type: 'progress'; readonly counts: DeliveryCounts }
  | { readonly type: 'answer'; readonly delivery: PlannedDelivery; readonly answer: Answer };

export type RunOptions = {
  readonly signal: AbortSignal;
  readonly hasAnswers: boolean;
  /** File name of the journal, in the sandbox's folder. */
  readonly journal: string | null;
  /** The providers' own, in real time, unless said otherwise. */
  readonly retries?: RetryPolicy;
  readonly onReport: (report: PlanReport) => void;
};

export type PlanSummary = {
  readonly counts: DeliveryCounts;
  readonly deadLetters: readonly DeadLetter[];
  readonly elapsedMs: number;
  /** False when it was stopped before the end. */
  readonly isWhole: boolean;
};

const PROGRESS_MS = 250;
const CONCURRENCY_MAX = 64;

/** Delivers plans against the webhook sources, with the provider's books always a step ahead. */
export class PlanRunner {
  readonly #books: Books;
  readonly #webhooksUrl: string;
  readonly #dir: string;

  constructor(parts: { books: Books; webhooksUrl: string; dir: string }) {
    this.#books = parts.books;
    this.#webhooksUrl = parts.webhooksUrl;
    this.#dir = parts.dir;
  }

  /** Reports progress four times a second, and every answer when `hasAnswers`. */
  async run(plan: Plan, options: RunOptions): Promise<PlanSummary> {
    const { signal, onReport } = options;
    const startedMs = performance.now();
    this.#books.open(plan.objects);
    const journal =
      options.journal === null ? null : new Journal(join(this.#dir, 'journals', options.journal));
    const engine = new DeliveryEngine({
      post: postTo(this.#webhooksUrl),
      clock: new SystemDeliveryClock(),
      retries: options.retries ?? { kind: 'provider', speed: 1 },
      concurrencyMax: CONCURRENCY_MAX,
      beforeSend: ({ provider, books }) => {
        if (books !== null) {
          this.#books.record({ provider, reference: books.reference }, books.happening);
        }
      },
      onAnswer: (delivery, answer) => {
        if (options.hasAnswers) onReport({ type: 'answer', delivery, answer });
      },
      journal,
      signal,
    });
    const progress = setInterval(() => {
      onReport({ type: 'progress', counts: engine.counts });
    }, PROGRESS_MS);
    try {
      const counts = await engine.deliver(plan.deliveries);
      const elapsedMs = Math.round(performance.now() - startedMs);
      return { counts, deadLetters: engine.deadLetters, elapsedMs, isWhole: !signal.aborted };
    } finally {
      clearInterval(progress);
      journal?.close();
    }
  }
}
