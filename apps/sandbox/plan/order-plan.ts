import { happeningOf, type SandboxPayment } from '../books/payment.js';
import {
  forgedDelivery,
  genuineDelivery,
  type DeliveryParts,
  type Forgery,
  type PlannedDelivery,
} from './delivery.js';
import type { PlayedProvider, Scenario } from './scenarios.js';
import { SeededRandom, slugFrom, uuidFrom } from './seeded-random.js';
import type { StormOptions } from './storm-options.js';

/** A delivery and its place in the stream, in deliveries. */
export type SlottedDelivery = { readonly delivery: PlannedDelivery; readonly slot: number };

export type OrderPlace = {
  readonly options: StormOptions;
  readonly seed: number;
  /** Counts the orders of the plan from 1. */
  readonly number: number;
  readonly startsAtMs: number;
  readonly startSlot: number;
  /** Without duplicates and forgeries. */
  readonly isPlain?: boolean;
};

export type OrderPlan = {
  readonly scenario: Scenario;
  readonly payment: SandboxPayment;
  readonly deliveries: readonly SlottedDelivery[];
};

/** One order's payment through one scenario: its genuine deliveries, their copies, and forgeries. */
export function planOrder(scenario: Scenario, place: OrderPlace): OrderPlan {
  const { options, seed, number } = place;
  const played = options.accounts[scenario.provider];
  if (played === undefined) {
    throw new Error(`No account of ${scenario.provider} with a webhook source is configured.`);
  }
  const random = new SeededRandom(seed, number);
  const payment = openPayment(
    { provider: scenario.provider, orderId: `ORD-${seed}-${number}`, name: `${seed}/${number}` },
    { random, createdAtMs: place.startsAtMs + place.startSlot * 1_000 },
  );
  const deliveries: SlottedDelivery[] = [];
  let slot = place.startSlot;
  scenario.steps.forEach((step, index) => {
    const atMs = payment.createdAtMs + (slot - place.startSlot) * 1_000 + index;
    const happening = happeningOf(payment, { step, index, atMs });
    const parts = { played, payment, happening, expectedFinalStatus: scenario.finalStatus };
    deliveries.push(...stepDeliveries(parts, { random, slot, place }));
    slot += random.integer(2, 12);
  });
  return { scenario, payment, deliveries };
}

const METHODS: Readonly<Record<PlayedProvider, readonly [string, ...string[]]>> = {
  mintcash: ['card'],
  cobru: ['pse', 'efecty', 'NEQUI', 'Bre-B'],
};

/** A new payment; currency, amount and forms follow from the random stream, ids from the name. */
export function openPayment(
  { provider, orderId, name }: { provider: PlayedProvider; orderId: string; name: string },
  { random, createdAtMs }: { random: SeededRandom; createdAtMs: number },
): SandboxPayment {
  const currency = provider === 'cobru' ? 'COP' : random.pick(['USD', 'MXN', 'EUR', 'USD', 'GBP']);
  return {
    provider,
    reference: provider === 'cobru' ? slugFrom(`cobru/${name}`) : uuidFrom(`mintcash/${name}`),
    orderId,
    amountMinor:
      currency === 'COP' ? random.integer(10, 900) * 100_000 : random.integer(150, 49_999),
    currency,
    exponent: 2,
    method: random.pick(METHODS[provider]),
    createdAtMs,
    shape: random.pick(['documented', 'original']),
    encoding: random.pick(['json', 'json', 'form']),
  };
}

function stepDeliveries(
  parts: DeliveryParts,
  { random, slot, place }: { random: SeededRandom; slot: number; place: OrderPlace },
): readonly SlottedDelivery[] {
  const { duplicatesPercent, forgeriesPercent, reorderWindow } = place.options;
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
    const forgery = random.pick(FORGERIES_OF[parts.payment.provider]);
    // Before the genuine one as often as after it.
    const distance = random.integer(1, 4) * (random.isHit(50) ? 1 : -1);
    deliveries.push({ delivery: forgedDelivery(parts, forgery), slot: slot + distance });
  }
  return deliveries;
}

const FORGERIES_OF: Readonly<Record<PlayedProvider, readonly [Forgery, ...Forgery[]]>> = {
  mintcash: ['wrong-secret', 'no-signature', 'tampered-body'],
  cobru: ['claims-paid', 'claims-paid', 'names-another-order'],
};
