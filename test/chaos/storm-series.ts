import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryCounts } from '../../apps/sandbox/delivery/delivery-engine.js';
import type { JournalEntry } from '../../apps/sandbox/delivery/journal.js';
import { playedAccounts } from '../../apps/sandbox/plan/played-accounts.js';
import { planStorm, type StormPlan } from '../../apps/sandbox/plan/storm.js';
import type { Workspace } from './workspace.js';

const DUPLICATES_PERCENT = 20;
const FORGERIES_PERCENT = 5;
const REORDER_WINDOW = 10;
const PROVIDERS = ['mintcash', 'cobru'] as const;
/** Deliveries of one storm of a series: bounds how many can wait for a service that is down. */
const PART_MAX = 500;
/** Storms at once, so that the end of one is no lull. */
const LANES = 2;
const POLL_MS = 20;

export type StormOptions = {
  readonly webhooks: number;
  readonly ratePerSecond: number;
  readonly seed: number;
};

export type FinishedStorm = {
  /** What was sent, and what must come of it: the sandbox planned the same from the same seed. */
  readonly plan: StormPlan;
  readonly counts: DeliveryCounts;
  readonly isWhole: boolean;
  /** Every answer 2xx. */
  readonly journal: readonly JournalEntry[];
};

/**
 * A storm as a series of smaller ones, two at a time, each with a seed of its own. A service that is down
 * for most of the time then slows the storm, instead of drowning in what was due meanwhile; and the storm
 * goes on past the size asked for as long as faults are still to come.
 */
export class StormSeries {
  readonly #finished: FinishedStorm[] = [];
  readonly #answered = new Map<number, number>();
  #running: Promise<void> | null = null;
  #isRunning = false;
  #started = 0;
  #left: number;
  #isLast = false;

  constructor(
    private readonly workspace: Workspace,
    private readonly options: StormOptions,
    private readonly signal: AbortSignal,
  ) {
    this.#left = options.webhooks;
  }

  /** Deliveries answered so far. */
  get answered(): number {
    return [...this.#answered.values()].reduce((sum, answered) => sum + answered, 0);
  }

  start(): void {
    this.#isRunning = true;
    this.#running = Promise.all(Array.from({ length: LANES }, () => this.#runLane())).then(
      () => undefined,
    );
    // A failure is thrown by `end`; until then it must not end the program behind its back.
    this.#running.catch(() => undefined).finally(() => (this.#isRunning = false));
  }

  /** Resolves when this many deliveries are answered, or when the storm has failed. */
  async untilAnswered(answered: number): Promise<void> {
    while (this.#isRunning && this.answered < answered) await sleep(POLL_MS);
  }

  /** No storm is added to what was asked for; resolves when the last one is over. */
  async end(): Promise<readonly FinishedStorm[]> {
    this.#isLast = true;
    await this.#running;
    return this.#finished;
  }

  async #runLane(): Promise<void> {
    const { ratePerSecond, seed } = this.options;
    while (this.#left > 0 || !this.#isLast) {
      const webhooks = this.#left > 0 ? Math.min(PART_MAX, this.#left) : PART_MAX;
      this.#left -= webhooks;
      const number = this.#started;
      this.#started += 1;
      const part = { webhooks, ratePerSecond: ratePerSecond / LANES, seed: seed * 1_000 + number };
      this.#finished.push(await this.#runOne(part, (count) => this.#answered.set(number, count)));
    }
  }

  async #runOne(
    options: StormOptions,
    onAnswered: (count: number) => void,
  ): Promise<FinishedStorm> {
    const { sandbox, accounts } = this.workspace;
    const journal = `storm-${options.seed}.jsonl`;
    let summary: StormLine | null = null;
    for await (const line of requestStorm(sandbox.url, { ...options, journal }, this.signal)) {
      if (line.counts) onAnswered(ended(line.counts));
      if (line.type === 'failed') throw new Error(`The storm failed: ${line.detail ?? ''}`);
      if (line.type === 'summary') summary = line;
    }
    if (summary?.counts === undefined) throw new Error('The sandbox ended a storm half-way.');
    const plan = planStorm(
      {
        count: options.webhooks,
        ratePerSecond: options.ratePerSecond,
        duplicatesPercent: DUPLICATES_PERCENT,
        forgeriesPercent: FORGERIES_PERCENT,
        reorderWindow: REORDER_WINDOW,
        providers: PROVIDERS,
        accounts: playedAccounts(accounts),
      },
      options.seed,
    );
    return {
      plan,
      counts: summary.counts,
      isWhole: summary.isWhole === true,
      journal: readJournal(join(sandbox.dataDir, 'sandbox', 'journals', journal)),
    };
  }
}

type StormLine = {
  readonly type: string;
  readonly counts?: DeliveryCounts;
  readonly isWhole?: boolean;
  readonly detail?: string;
};

async function* requestStorm(
  sandboxUrl: string,
  { webhooks, ratePerSecond, seed, journal }: StormOptions & { readonly journal: string },
  signal: AbortSignal,
): AsyncGenerator<StormLine> {
  const response = await fetch(`${sandboxUrl}/sandbox/v1/storms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      seed,
      count: webhooks,
      ratePerSecond,
      duplicates: DUPLICATES_PERCENT,
      forgeries: FORGERIES_PERCENT,
      reorderWindow: REORDER_WINDOW,
      // What is tested is that nothing is lost, not what a provider would give up.
      retries: 'persistent',
      providers: PROVIDERS,
      journal,
    }),
    signal,
  });
  if (response.status !== 200) throw new Error(`The sandbox refused: ${await response.text()}`);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as StormLine;
  }
}

function ended({ accepted, refused, givenUp }: DeliveryCounts): number {
  return accepted + refused + givenUp;
}

function readJournal(file: string): readonly JournalEntry[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);
}
