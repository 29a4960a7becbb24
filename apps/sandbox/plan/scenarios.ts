import type { OrderStatus } from '#ledger/order/order.js';

/** The providers that the sandbox plays. */
export const PLAYED_PROVIDERS = ['mintcash', 'cobru'] as const;
export type PlayedProvider = (typeof PLAYED_PROVIDERS)[number];

/** One life of a payment, as data: what happens in order, and what the order ends as. */
export type Scenario = {
  readonly name: string;
  readonly provider: PlayedProvider;
  readonly summary: string;
  readonly steps: readonly [Step, ...Step[]];
  readonly finalStatus: OrderStatus;
  /** How often a stream picks it, against the others. */
  readonly weight: number;
};

export type Step = {
  /** The provider's own name: `payment.succeeded`, or `state.3` for Cobru, which only has numbers. */
  readonly event: string;
  /** Of the amount, everything refunded so far. */
  readonly refundedPercent?: number;
};

const created: Step = { event: 'payment.created' };
const pending: Step = { event: 'payment.pending' };
const authorized: Step = { event: 'payment.authorized' };
const succeeded: Step = { event: 'payment.succeeded' };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'paid',
    provider: 'mintcash',
    summary: 'created, pending, paid',
    steps: [created, pending, succeeded],
    finalStatus: 'paid',
    weight: 8,
  },
  {
    name: 'authorized-then-paid',
    provider: 'mintcash',
    summary: 'a card is authorized first and captured later',
    steps: [created, authorized, succeeded],
    finalStatus: 'paid',
    weight: 4,
  },
  {
    name: 'failed',
    provider: 'mintcash',
    summary: 'the card is declined',
    steps: [created, { event: 'payment.failed' }],
    finalStatus: 'failed',
    weight: 3,
  },
  {
    name: 'voided',
    provider: 'mintcash',
    summary: 'authorized, then voided by the merchant',
    steps: [created, authorized, { event: 'payment.voided' }],
    finalStatus: 'cancelled',
    weight: 2,
  },
  {
    name: 'partially-refunded',
    provider: 'mintcash',
    summary: 'paid, then a part is given back',
    steps: [succeeded, { event: 'payment.partially_refunded', refundedPercent: 40 }],
    finalStatus: 'partially_refunded',
    weight: 2,
  },
  {
    name: 'refunded-in-two-steps',
    provider: 'mintcash',
    summary: 'paid, a part is given back, then the rest',
    steps: [
      created,
      succeeded,
      { event: 'payment.partially_refunded', refundedPercent: 30 },
      { event: 'payment.refunded', refundedPercent: 100 },
    ],
    finalStatus: 'refunded',
    weight: 2,
  },
  {
    name: 'refund-failed',
    provider: 'mintcash',
    summary: 'paid; a refund is tried and fails, which leaves the payment as it was',
    steps: [created, succeeded, { event: 'payment.refund_failed' }],
    finalStatus: 'paid',
    weight: 1,
  },
  {
    name: 'created-only',
    provider: 'mintcash',
    summary: 'the buyer opens the checkout and leaves',
    steps: [created],
    finalStatus: 'awaiting_payment',
    weight: 1,
  },
  {
    name: 'paid-by-transfer',
    provider: 'cobru',
    summary: 'a bank transfer (PSE): in process, then paid',
    steps: [{ event: 'state.1' }, { event: 'state.3' }],
    finalStatus: 'paid',
    weight: 8,
  },
  {
    name: 'paid-late',
    provider: 'cobru',
    summary: 'cash: expired first, paid after all',
    steps: [{ event: 'state.1' }, { event: 'state.5' }, { event: 'state.3' }],
    finalStatus: 'paid',
    weight: 2,
  },
  {
    name: 'rejected-then-paid',
    provider: 'cobru',
    summary: 'the first method is rejected, the second one works',
    steps: [{ event: 'state.2' }, { event: 'state.1' }, { event: 'state.3' }],
    finalStatus: 'paid',
    weight: 3,
  },
  {
    name: 'expired',
    provider: 'cobru',
    summary: 'nobody pays in time',
    steps: [{ event: 'state.5' }],
    finalStatus: 'expired',
    weight: 2,
  },
  {
    name: 'paid-then-refunded',
    provider: 'cobru',
    summary: 'paid, then refunded by the merchant in the panel',
    steps: [{ event: 'state.3' }, { event: 'state.4' }],
    finalStatus: 'refunded',
    weight: 2,
  },
  {
    name: 'never-paid',
    provider: 'cobru',
    summary: 'the payer starts and never finishes',
    steps: [{ event: 'state.1' }],
    finalStatus: 'pending',
    weight: 2,
  },
];

/** Words for people, beside the providers' own names of events. */
const ALIASES: Readonly<Record<PlayedProvider, Readonly<Record<string, string>>>> = {
  mintcash: {
    created: 'payment.created',
    pending: 'payment.pending',
    authorized: 'payment.authorized',
    paid: 'payment.succeeded',
    succeeded: 'payment.succeeded',
    failed: 'payment.failed',
    voided: 'payment.voided',
    cancelled: 'payment.voided',
    refunded: 'payment.refunded',
    partially_refunded: 'payment.partially_refunded',
    'partially-refunded': 'payment.partially_refunded',
    refund_failed: 'payment.refund_failed',
    'refund-failed': 'payment.refund_failed',
  },
  cobru: {
    created: 'state.0',
    pending: 'state.1',
    failed: 'state.2',
    rejected: 'state.2',
    paid: 'state.3',
    succeeded: 'state.3',
    refunded: 'state.4',
    expired: 'state.5',
  },
};

/** The step that a word or the provider's own name stands for; null when it stands for none. */
export function stepOf(provider: PlayedProvider, word: string): Step | null {
  const aliases = ALIASES[provider];
  const event = Object.hasOwn(aliases, word)
    ? aliases[word]
    : Object.values(aliases).find((own) => own === word);
  if (event === undefined) return null;
  if (event === 'payment.refunded') return { event, refundedPercent: 100 };
  if (event === 'payment.partially_refunded') return { event, refundedPercent: 40 };
  return { event };
}

export function eventNames(provider: PlayedProvider): readonly string[] {
  return Object.keys(ALIASES[provider]);
}
