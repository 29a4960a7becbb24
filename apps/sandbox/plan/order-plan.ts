import type { OrderStatus } from '#ledger/order/order.js';
import type { BookObject } from '../books/book-object.js';
import { CasePlan } from './case-plan.js';
import {
  forgedDelivery,
  genuineDelivery,
  type DeliveryParts,
  type PlannedDelivery,
} from './delivery.js';
import { forgeriesOf } from './forgery.js';
import { hostileDelivery } from './hostile-delivery.js';
import { sourceFor } from './played-accounts.js';
import { mainRole, type Role, type Scenario, type Step } from './scenario.js';
import { SeededRandom } from './seeded-random.js';
import type { StormOptions } from './storm-options.js';

/** A delivery and its place in the stream, in deliveries. */
export type SlottedDelivery = { readonly delivery: PlannedDelivery; readonly slot: number };

export type OrderPlace = {
  readonly options: StormOptions;
  readonly seed: number;
  /** Counts the scenarios of the plan from 1. */
  readonly number: number;
  readonly startsAtMs: number;
  readonly startSlot: number;
  /** Without duplicates, forgeries and hostile bodies. */
  readonly isPlain?: boolean;
};

export type OrderPlan = {
  readonly scenario: Scenario;
  readonly objects: readonly BookObject[];
  /** The orders that come of it, and what they end as; most scenarios have one, some none. */
  readonly orders: ReadonlyMap<string, OrderStatus>;
  readonly deliveries: readonly SlottedDelivery[];
};

/** One scenario from its first step to its last: genuine deliveries, their copies, and forgeries. */
export function planOrder(scenario: Scenario, place: OrderPlace): OrderPlan {
  const { options, seed, number } = place;
  const played = options.accounts[scenario.provider];
  if (played === undefined) {
    throw new Error(`No account of ${scenario.provider} with a webhook source is configured.`);
  }
  const random = new SeededRandom(seed, number);
  const createdAtMs = place.startsAtMs + place.startSlot * 1_000 - durationMs(scenario.steps);
  const plan = new CasePlan(scenario, {
    name: `${seed}/${number}`,
    label: `${seed}-${number}`,
    random,
    createdAtMs,
    environment: played.account.environment,
  });
  const deliveries: SlottedDelivery[] = [];
  let slot = place.startSlot;
  let laterMs = 0;
  scenario.steps.forEach((step, index) => {
    laterMs += daysMs(step);
    const atMs = createdAtMs + laterMs + (slot - place.startSlot) * 1_000 + index;
    const told = plan.take(step, { index, atMs });
    const expectedFinalStatus = statusOf(scenario, step.of ?? mainRole(scenario));
    const replaced = options.replaced?.(told) ?? {};
    const parts = { played, told, expectedFinalStatus, replaced };
    deliveries.push(...stepDeliveries(parts, { random, slot, place }));
    slot += random.integer(2, 12);
  });
  return { scenario, objects: plan.objects, orders: ordersOf(scenario, plan), deliveries };
}

/** What the order of this role ends as. */
export function statusOf({ finalStatus, furtherOrders }: Scenario, role: Role): OrderStatus | null {
  return furtherOrders?.[role] ?? finalStatus;
}

function ordersOf(scenario: Scenario, plan: CasePlan): ReadonlyMap<string, OrderStatus> {
  const orders = new Map<string, OrderStatus>();
  if (scenario.finalStatus !== null) orders.set(plan.main.orderId, scenario.finalStatus);
  for (const role of plan.roles) {
    const status = scenario.furtherOrders?.[role];
    if (status !== undefined) orders.set(plan.orderIdOf(role), status);
  }
  return orders;
}

/** What takes days has begun days ago: no provider tells of the future. */
function durationMs(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + daysMs(step), 0);
}

function daysMs({ afterDays }: Step): number {
  return (afterDays ?? 0) * 86_400_000;
}

function stepDeliveries(
  parts: DeliveryParts,
  { random, slot, place }: { random: SeededRandom; slot: number; place: OrderPlace },
): readonly SlottedDelivery[] {
  const { duplicatesPercent, forgeriesPercent, hostilePercent, reorderWindow } = place.options;
  const moved = () => slot + (random.isHit(50) ? random.next() * reorderWindow : 0);
  const genuine = genuineDelivery(parts);
  const deliveries: SlottedDelivery[] = [{ delivery: genuine, slot: moved() }];
  if (place.isPlain === true) return deliveries;
  const copies = random.isHit(duplicatesPercent) ? random.pick([1, 1, 1, 2, 3]) : 0;
  for (let copy = 1; copy <= copies; copy += 1) {
    deliveries.push({
      delivery: { ...genuine, id: `${genuine.id}/copy-${copy}`, copy },
      slot: moved() + random.integer(1, 8),
    });
  }
  if (random.isHit(forgeriesPercent)) {
    const { verification } = sourceFor(parts.played, parts.told.object);
    const forgery = random.pick(forgeriesOf(verification));
    // Before the genuine one as often as after it.
    const distance = random.integer(1, 4) * (random.isHit(50) ? 1 : -1);
    deliveries.push({ delivery: forgedDelivery(parts, forgery), slot: slot + distance });
  }
  if (random.isHit(hostilePercent ?? 0)) {
    deliveries.push({ delivery: hostileDelivery(parts, random), slot: moved() });
  }
  return deliveries;
}
