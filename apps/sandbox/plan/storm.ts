import type { OrderStatus } from '#ledger/order/order.js';
import type { BookObject } from '../books/book-object.js';
import type { PlannedDelivery } from './delivery.js';
import { planOrder, type SlottedDelivery } from './order-plan.js';
import { scenariosOf } from './scenario-catalogue.js';
import type { PlayedProvider, Scenario } from './scenario.js';
import { SeededRandom } from './seeded-random.js';
import type { StormOptions } from './storm-options.js';
import { HONEST_TRAFFIC, scheduled } from './traffic.js';

export type StormPlan = {
  readonly seed: number;
  readonly deliveries: readonly PlannedDelivery[];
  /** What the providers' books open with, before anything is delivered. */
  readonly objects: readonly BookObject[];
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
  const byProvider = options.providers.map(scenariosOf);
  const startsAtMs = options.startsAtMs ?? FIRST_SEED_AT_MS + (seed % 100_000) * 60_000;
  const random = new SeededRandom(seed);
  // Every scenario once before any comes again, the providers in turn: a short stream shows them all.
  const firsts = inTurn(byProvider.map((scenarios) => random.shuffled(scenarios)));
  const slotted: SlottedDelivery[] = [];
  const objects: BookObject[] = [];
  const orders: ExpectedOrder[] = [];
  for (let number = 1; slotted.length < options.count; number += 1) {
    const room = options.count - slotted.length;
    const scenario = firsts[number - 1] ?? pickWeighted(random.pick(nonEmpty(byProvider)), random);
    const place = { options, seed, number, startsAtMs, startSlot: slotted.length };
    let order = planOrder(scenario, place);
    if (order.deliveries.length > room) {
      const fitting = byProvider.flat().filter(({ steps }) => steps.length <= room);
      order = planOrder(random.pick(nonEmpty(fitting)), { ...place, isPlain: true });
    }
    slotted.push(...order.deliveries);
    objects.push(...order.objects);
    const { provider, name } = order.scenario;
    for (const [orderId, status] of order.orders) {
      orders.push({ orderId, provider, scenario: name, status });
    }
  }
  const traffic = { ...HONEST_TRAFFIC, ...options };
  const inOrder = slotted.sort((a, b) => a.slot - b.slot).map(({ delivery }) => delivery);
  const deliveries = scheduled(inOrder, traffic, seed);
  return { seed, deliveries, objects, orders: withoutUnsure(orders, deliveries) };
}

/** The state that every order must end in. */
export function expectedOrders({ orders }: StormPlan): ReadonlyMap<string, ExpectedOrder> {
  return new Map(orders.map((order) => [order.orderId, order]));
}

/** Cobru sends once: what it loses, only a sweep can find, so nobody can say what its order ends as. */
function withoutUnsure(
  orders: readonly ExpectedOrder[],
  deliveries: readonly PlannedDelivery[],
): readonly ExpectedOrder[] {
  const unsure = new Set(
    deliveries
      .filter(({ isLost, provider }) => isLost && provider === 'cobru')
      .map(({ orderId }) => orderId),
  );
  return unsure.size === 0 ? orders : orders.filter(({ orderId }) => !unsure.has(orderId));
}

function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) => lists.map((list) => list[turn]));
  return turns.flat().filter((item) => item !== undefined);
}

function nonEmpty<T>([first, ...others]: readonly T[]): readonly [T, ...T[]] {
  if (first === undefined) throw new Error('A storm of nothing.');
  return [first, ...others];
}

function pickWeighted(scenarios: readonly Scenario[], random: SeededRandom): Scenario {
  const total = scenarios.reduce((sum, { weight }) => sum + weight, 0);
  let at = random.next() * total;
  for (const scenario of scenarios) {
    at -= scenario.weight;
    if (at < 0) return scenario;
  }
  return random.pick(nonEmpty(scenarios));
}
