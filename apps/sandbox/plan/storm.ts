import type { OrderStatus } from '#ledger/order/order.js';
import type { SandboxPayment } from '../books/payment.js';
import { planOrder, type SlottedDelivery } from './order-plan.js';
import type { PlannedDelivery } from './delivery.js';
import { SCENARIOS, type PlayedProvider, type Scenario } from './scenarios.js';
import { SeededRandom } from './seeded-random.js';
import type { StormOptions } from './storm-options.js';

export type StormPlan = {
  readonly seed: number;
  readonly deliveries: readonly PlannedDelivery[];
  /** What the providers' books open with, before anything is delivered. */
  readonly payments: readonly SandboxPayment[];
  readonly orders: readonly ExpectedOrder[];
};

export type ExpectedOrder = {
  readonly orderId: string;
  readonly provider: PlayedProvider;
  readonly scenario: string;
  /** Once everything is delivered and every lookup is answered. */
  readonly status: OrderStatus;
};

const FIRST_SEED_AT_MS = Date.UTC(2026, 0, 1);

/**
 * Plans a storm. Pure: the same options and seed are the same bytes, to the last header, so a plan that
 * is sent twice is a plan of duplicates.
 */
export function planStorm(options: StormOptions, seed: number): StormPlan {
  const scenarios = SCENARIOS.filter((one) => options.providers.includes(one.provider));
  const startsAtMs = options.startsAtMs ?? FIRST_SEED_AT_MS + (seed % 100_000) * 60_000;
  const random = new SeededRandom(seed);
  // Every scenario once before any comes again: a short stream shows them all.
  const firsts = random.shuffled(scenarios);
  const slotted: SlottedDelivery[] = [];
  const payments: SandboxPayment[] = [];
  const orders: ExpectedOrder[] = [];
  while (slotted.length < options.count) {
    const room = options.count - slotted.length;
    const number = orders.length + 1;
    const scenario = firsts[orders.length] ?? pickWeighted(scenarios, random);
    const place = { options, seed, number, startsAtMs, startSlot: slotted.length };
    let order = planOrder(scenario, place);
    if (order.deliveries.length > room) {
      order = planOrder(shortest(scenarios), { ...place, isPlain: true });
    }
    slotted.push(...order.deliveries);
    payments.push(order.payment);
    orders.push({
      orderId: order.payment.orderId,
      provider: order.scenario.provider,
      scenario: order.scenario.name,
      status: order.scenario.finalStatus,
    });
  }
  return { seed, deliveries: schedule(slotted, options), payments, orders };
}

/** The state that every order must end in. */
export function expectedOrders({ orders }: StormPlan): ReadonlyMap<string, ExpectedOrder> {
  return new Map(orders.map((order) => [order.orderId, order]));
}

function schedule(
  slotted: readonly SlottedDelivery[],
  { ratePerSecond }: StormOptions,
): readonly PlannedDelivery[] {
  return [...slotted]
    .sort((a, b) => a.slot - b.slot)
    .map(({ delivery }, index) => ({
      ...delivery,
      dueMs: Math.round((index * 1_000) / ratePerSecond),
    }));
}

function shortest(scenarios: readonly Scenario[]): Scenario {
  return scenarios.reduce((a, b) => (b.steps.length < a.steps.length ? b : a));
}

function pickWeighted(scenarios: readonly Scenario[], random: SeededRandom): Scenario {
  const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.next() * total;
  for (const scenario of scenarios) {
    at -= scenario.weight;
    if (at < 0) return scenario;
  }
  return shortest(scenarios);
}
