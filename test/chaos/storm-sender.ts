import { createHash } from 'node:crypto';
import type { Books } from '../../apps/sandbox/books/books.js';
import { SystemDeliveryClock } from '../../apps/sandbox/delivery/delivery-clock.js';
import { DeliveryEngine } from '../../apps/sandbox/delivery/delivery-engine.js';
import type { JournalEntry } from '../../apps/sandbox/delivery/journal.js';
import { postTo } from '../../apps/sandbox/delivery/post-delivery.js';
import type { StormPlan } from '../../apps/sandbox/plan/storm.js';
import type { TimedAnswer } from './storm-answers.js';
import { withPersonalAddress } from './storm-canaries.js';
import type { FinishedStorm } from './storm-series.js';

/** More than are ever under way: a sending that waits for its turn would hide a slow answer. */
const CONCURRENCY_MAX = 1_000;

export type SendOptions = {
  readonly books: Books;
  readonly webhooksUrl: string;
  readonly signal: AbortSignal;
  /** Told of every answer, in the order in which they come. */
  readonly onAnswer: (answer: TimedAnswer) => void;
};

/** Delivers a plan as the sandbox does, and keeps when and how every single sending was answered. */
export async function sendStorm(plan: StormPlan, options: SendOptions): Promise<FinishedStorm> {
  const { books, webhooksUrl, signal, onAnswer } = options;
  const journal: JournalEntry[] = [];
  const post = postTo(webhooksUrl);
  books.open(plan.objects);
  const engine = new DeliveryEngine({
    post: async (delivery, limits) => {
      const startedMs = performance.now();
      const answer = await post(withPersonalAddress(delivery), limits);
      const tookMs = performance.now() - startedMs;
      onAnswer({ delivery, status: answer?.status ?? null, tookMs });
      return answer;
    },
    clock: new SystemDeliveryClock(),
    retries: { kind: 'persistent' },
    concurrencyMax: CONCURRENCY_MAX,
    beforeSend: ({ provider, books: told }) => {
      if (told !== null) books.record({ provider, reference: told.reference }, told.happening);
    },
    onAnswer: (delivery, answer) => {
      if (answer.status >= 300) return;
      journal.push({
        answeredAt: new Date().toISOString(),
        deliveryId: delivery.id,
        source: delivery.source,
        orderId: delivery.orderId,
        isGenuine: delivery.isGenuine,
        ...answer,
        bodySha256: createHash('sha256').update(delivery.body).digest('hex'),
      });
    },
    journal: null,
    signal,
  });
  const counts = await engine.deliver(plan.deliveries);
  return { plan, counts, isWhole: !signal.aborted, journal };
}
