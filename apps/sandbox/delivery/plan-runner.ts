import { join } from 'node:path';
import type { Books } from '../books/books.js';
import type { SandboxPayment } from '../books/payment.js';
import type { PlannedDelivery } from '../plan/delivery.js';
import { DeliveryEngine, type Answer, type DeliveryCounts } from './delivery-engine.js';
import { Journal } from './journal.js';

export type Plan = {
  readonly deliveries: readonly PlannedDelivery[];
  readonly payments: readonly SandboxPayment[];
};

export type PlanReport =
  | { readonly type: 'progress'; readonly counts: DeliveryCounts }
  | { readonly type: 'answer'; readonly delivery: PlannedDelivery; readonly answer: Answer };

export type RunOptions = {
  readonly signal: AbortSignal;
  readonly hasAnswers: boolean;
  /** File name of the journal, in the sandbox's folder. */
  readonly journal: string | null;
  readonly onReport: (report: PlanReport) => void;
};

export type PlanSummary = {
  readonly counts: DeliveryCounts;
  readonly elapsedMs: number;
  /** False when it was stopped before the end. */
  readonly isWhole: boolean;
};

const PROGRESS_MS = 250;
const CONCURRENCY_MAX = 64;
const GIVE_UP_AFTER_MS = 120_000;
const ANSWER_TIMEOUT_MS = 10_000;

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
    this.#books.openPayments(plan.payments);
    const journal =
      options.journal === null ? null : new Journal(join(this.#dir, 'journals', options.journal));
    const engine = new DeliveryEngine({
      webhooksUrl: this.#webhooksUrl,
      concurrencyMax: CONCURRENCY_MAX,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
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
      return { counts, elapsedMs, isWhole: !signal.aborted };
    } finally {
      clearInterval(progress);
      journal?.close();
    }
  }
}
