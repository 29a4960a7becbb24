import { parseMajorUnits } from '#ledger/money.js';
import { happeningOf, type BookEntry, type SandboxPayment } from '../books/payment.js';
import {
  forgedDelivery,
  genuineDelivery,
  nextStepIndex,
  type Forgery,
  type PlannedDelivery,
} from './delivery.js';
import { openPayment } from './order-plan.js';
import type { PlayedAccount } from './played-accounts.js';
import { SCENARIOS, stepOf, type PlayedProvider, type Step } from './scenarios.js';
import { SeededRandom } from './seeded-random.js';

export type SingleOptions = {
  readonly provider: PlayedProvider;
  readonly scenario: string | null;
  readonly event: string | null;
  readonly times: number;
  readonly copies: number;
  readonly isForged: boolean;
  readonly ratePerSecond: number;
  readonly replaced: Readonly<Record<string, unknown>>;
  readonly orderId: string | null;
  readonly played: PlayedAccount;
  readonly nowMs: number;
  /** Makes names of this plan different from those of any other. */
  readonly name: string;
  readonly seed: number;
  readonly findByOrder: (orderId: string) => BookEntry | null;
};

export type SinglePlan = {
  readonly deliveries: readonly PlannedDelivery[];
  readonly payments: readonly SandboxPayment[];
};

export type PlanRefusal = { readonly refused: string };

/** A few deliveries that a person asked for: one event or one life cycle, of one or more payments. */
export function planSingle(options: SingleOptions): SinglePlan | PlanRefusal {
  const steps = stepsOf(options);
  if ('refused' in steps) return steps;
  const deliveries: PlannedDelivery[] = [];
  const payments: SandboxPayment[] = [];
  for (let number = 1; number <= options.times; number += 1) {
    const payment = paymentFor(options, number);
    if ('refused' in payment) return payment;
    payments.push(payment.entry.payment);
    for (const [offset, step] of steps.entries()) {
      const delivery = stepDelivery(options, { ...payment, step, offset });
      for (let copy = 0; copy <= options.copies; copy += 1) {
        const dueMs = Math.round((deliveries.length * 1_000) / options.ratePerSecond);
        const id = copy === 0 ? delivery.id : `${delivery.id}/copy-${copy}`;
        deliveries.push({ ...delivery, id, copy, dueMs });
      }
    }
  }
  return { deliveries, payments };
}

function stepsOf({ provider, scenario, event }: SingleOptions): readonly Step[] | PlanRefusal {
  if ((scenario === null) === (event === null)) {
    return { refused: 'Name either a scenario or an event.' };
  }
  if (event !== null) {
    const step = stepOf(provider, event);
    return step === null ? { refused: `${provider} has no event ${event}.` } : [step];
  }
  const found = SCENARIOS.find((one) => one.provider === provider && one.name === scenario);
  return found?.steps ?? { refused: `${provider} has no scenario ${scenario}.` };
}

type Opened = { readonly entry: BookEntry; readonly isKnown: boolean };

function paymentFor(options: SingleOptions, number: number): Opened | PlanRefusal {
  const orderId = options.orderId ?? `ORD-${options.name}-${number}`;
  const known = number === 1 ? options.findByOrder(orderId) : null;
  if (known !== null) return { entry: known, isKnown: true };
  const payment = openPayment(
    { provider: options.provider, orderId, name: `${options.name}/${number}` },
    {
      random: new SeededRandom(options.seed, number),
      createdAtMs: options.nowMs,
    },
  );
  const { amount, currency } = options.replaced;
  if (amount === undefined && currency === undefined) {
    return { entry: { payment, history: [] }, isKnown: false };
  }
  // The amount of a new payment is the payment's own: the books must tell the same.
  const money = parseMajorUnits(
    typeof amount === 'string' || typeof amount === 'number'
      ? String(amount)
      : String(payment.amountMinor / 100),
    { currency: typeof currency === 'string' ? currency : payment.currency, exponent: 2 },
  );
  if ('refused' in money) return { refused: `The amount or currency is wrong: ${money.refused}.` };
  return {
    entry: {
      payment: { ...payment, amountMinor: Number(money.minor), currency: money.currency },
      history: [],
    },
    isKnown: false,
  };
}

function stepDelivery(
  options: SingleOptions,
  { entry, isKnown, step, offset }: Opened & { step: Step; offset: number },
): PlannedDelivery {
  const { payment } = entry;
  const happening = happeningOf(payment, {
    step,
    index: nextStepIndex(entry) + offset,
    atMs: options.nowMs + offset,
  });
  const { amount, currency, ...others } = options.replaced;
  const replaced = isKnown ? options.replaced : others;
  const parts = { played: options.played, payment, happening, expectedFinalStatus: null, replaced };
  if (!options.isForged) return genuineDelivery(parts);
  const forgery: Forgery =
    payment.provider === 'mintcash'
      ? 'wrong-secret'
      : isKnown || options.orderId === null
        ? 'claims-paid'
        : 'names-another-order';
  return forgedDelivery(parts, forgery);
}
