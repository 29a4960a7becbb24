import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#platform/config.js';
import type { Database } from '#read-models/database.js';
import type { PlanSummary } from '../../sandbox/delivery/plan-runner.js';
import { majorText } from '../../sandbox/plan/amount-text.js';
import { PLAYED_PROVIDERS } from '../../sandbox/plan/scenario.js';
import { planPastStorm } from '../../sandbox/plan/past-storm.js';
import type { StormPlan } from '../../sandbox/plan/storm.js';
import type { RunningSandbox } from '../../sandbox/start-sandbox.js';
import { booksText } from './books-text.js';
import { changeLine, finalTable, forgeryLine, type OrderFacts } from './demo-text.js';
import { OrderWatch } from './order-watch.js';
import { otherSubjectsText } from './other-subjects.js';
import { payOut, type OwnApi } from './pay-out.js';

const DELIVERIES = 110;
const RATE_PER_SECOND = 10;
/** A retry that a provider sends after half a minute comes after half a second. */
const SPEED = 60;
/** After the last delivery, for lookups to confirm what was only claimed. */
const SETTLE_MS_MAX = 8_000;

export type DemoPorts = {
  readonly database: Database;
  readonly sandbox: RunningSandbox;
  readonly api: OwnApi;
  readonly config: Pick<Config, 'dataDir' | 'sandbox' | 'isLookupsOn'>;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
};

/**
 * The main job, shown: a short stream of webhooks, and what becomes of the orders meanwhile. Answers an
 * order that is worth a look.
 */
export async function runDemo(ports: DemoPorts): Promise<string | null> {
  const { sandbox, print, signal } = ports;
  const seed = await takeSeed(ports.config);
  const { played } = sandbox.accounts;
  const [first, ...others] = PLAYED_PROVIDERS.filter((provider) => played[provider] !== undefined);
  if (first === undefined) return null;
  const plan = planPastStorm(
    {
      count: DELIVERIES,
      ratePerSecond: RATE_PER_SECOND,
      duplicatesPercent: 25,
      forgeriesPercent: 30,
      reorderWindow: 6,
      providers: [first, ...others],
      accounts: played,
    },
    { seed, nowMs: Date.now() },
  );
  print(`${introductionText(plan)} (seed ${seed}):`);
  print('duplicated, out of order, and some forged.\n');
  const facts = factsOf(plan);
  const watch = new OrderWatch(
    ports.database,
    plan.orders.map(({ orderId }) => orderId),
  );
  watch.start((change) => {
    const known = facts.get(change.now.orderId);
    const text = known === undefined ? null : changeLine(change, known);
    if (text !== null) print(text);
  });
  try {
    const summary = await sandbox.runner.run(plan, {
      signal,
      hasAnswers: true,
      journal: null,
      retries: { kind: 'provider', speed: SPEED },
      onReport: (report) => {
        if (report.type !== 'answer' || report.delivery.isGenuine) return;
        const { delivery, answer } = report;
        const known = facts.get(delivery.orderId);
        if (known !== undefined) print(forgeryLine(delivery, { ...answer, facts: known }));
      },
    });
    await settled(plan, watch, ports);
    if (!signal.aborted) print(`\n${summaryText(plan, summary)}\n`);
    if (!signal.aborted) print(finalTable(plan.orders, watch.orders));
    if (!signal.aborted) print(await otherSubjectsText(ports.database, plan.objects));
    const account = played[first]?.account.id;
    if (!signal.aborted && account !== undefined) {
      const folder = join(ports.config.dataDir, 'sandbox');
      const told = await payOut(ports, { account, report: `demo-${seed}`, folder });
      if (told !== null) print(`\n${told}`);
    }
    if (!signal.aborted) print(`\n${await booksText(ports.database)}`);
    if (!ports.config.isLookupsOn) print('\nLookups are off: what Cobru claims stays unconfirmed.');
    return mostToldOrder(plan);
  } finally {
    await watch.stop();
  }
}

/** The order with the most deliveries: its trail has the most to show. */
function mostToldOrder({ deliveries, orders }: StormPlan): string | null {
  const known = new Set(orders.map(({ orderId }) => orderId));
  const byOrder = Map.groupBy(
    deliveries.filter(({ orderId }) => known.has(orderId)),
    ({ orderId }) => orderId,
  );
  const [most] = [...byOrder].sort(([, a], [, b]) => b.length - a.length);
  return most?.[0] ?? null;
}

/** Each start sends another stream: the same one again would be duplicates and nothing else. */
async function takeSeed({ dataDir, sandbox }: DemoPorts['config']): Promise<number> {
  const file = join(dataDir, 'sandbox', 'next-seed');
  const kept = await readFile(file, 'utf8').catch(() => '');
  const next = /^\d{1,10}\n$/.test(kept) ? Number(kept) : 0;
  const seed = Math.max(next, sandbox.seed);
  await writeFile(file, `${seed + 1}\n`, { mode: 0o600 });
  return seed;
}

async function settled(plan: StormPlan, watch: OrderWatch, ports: DemoPorts): Promise<void> {
  const deadlineMs = performance.now() + (ports.config.isLookupsOn ? SETTLE_MS_MAX : 1_000);
  const isSettled = (): boolean =>
    plan.orders.every(({ orderId, status }) => {
      const order = watch.orders.get(orderId);
      return order?.status === status && order.reported === null;
    });
  while (!ports.signal.aborted && !isSettled() && performance.now() < deadlineMs) await sleep(50);
}

function factsOf({ objects }: StormPlan): ReadonlyMap<string, OrderFacts> {
  return new Map(
    // Turned round, so that of a payment and its refunds the payment stays.
    objects
      .map(({ orderId, provider, amountMinor, currency, exponent }): [string, OrderFacts] => [
        orderId,
        { provider, amount: `${currency} ${majorText(amountMinor, exponent)}` },
      ])
      .toReversed(),
  );
}

/** `Sending 120 webhooks of 4 providers for 26 orders, 3 withdrawals, 1 customer (seed 7):` */
function introductionText({ deliveries, objects, orders }: StormPlan): string {
  const providers = new Set(deliveries.map(({ provider }) => provider)).size;
  const counts = [`${orders.length} orders`];
  for (const [name, kinds] of Object.entries(WITHOUT_ORDER)) {
    const count = objects.filter(({ kind }) => kinds.includes(kind)).length;
    if (count > 0) counts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return `Sending ${deliveries.length} webhooks of ${providers} providers for ${counts.join(', ')}`;
}

const WITHOUT_ORDER: Readonly<Record<string, readonly string[]>> = {
  withdrawal: ['withdrawal', 'bank-withdrawal', 'cash-withdrawal'],
  customer: ['customer'],
  subscription: ['subscription'],
};

function summaryText({ deliveries }: StormPlan, { counts, elapsedMs }: PlanSummary): string {
  const duplicates = deliveries.filter(({ copy }) => copy > 0).length;
  const forgeries = deliveries.filter(({ isGenuine }) => !isGenuine).length;
  return (
    `${counts.accepted} accepted (${duplicates} of them duplicates), ${forgeries} forged ` +
    `(${counts.refused} refused, the others moved nothing), in ${(elapsedMs / 1_000).toFixed(1)} s.`
  );
}
