import type { Money, Role, Scenario, Step } from '../scenario.js';

const money: Money = { currencies: ['USD', 'MXN', 'EUR', 'USD', 'GBP'] };
const methods: Scenario['methods'] = ['mastercard', 'visa'];
const forms: Scenario['forms'] = ['documented', 'original'];

const created: Step = { event: 'payment.created' };
const pending: Step = { event: 'payment.pending' };
const authorized: Step = { event: 'payment.authorized' };
const succeeded: Step = { event: 'payment.succeeded' };
const failed: Step = { event: 'payment.failed', details: { failureCode: 'general_fatal_error' } };

const partial = (percent: number, total: number, type = 'payment'): Step => ({
  event: 'payment.partially_refunded',
  amountPercent: percent,
  refundedPercent: total,
  details: { type },
});
const rest = (percent: number, type = 'payment'): Step => ({
  event: 'payment.refunded',
  amountPercent: percent,
  refundedPercent: 100,
  details: { type },
});

/** A charge of a subscription: its own payment, and the subscription's event beside it. */
function charge(
  role: Role,
  spelling: 'succeeded' | 'payment_succeeded',
  first: Partial<Step> = {},
) {
  return [
    { ...first, event: 'payment.succeeded', of: role },
    { event: `subscription.${spelling}` },
  ] as const;
}

function failedCharge(role: Role, spelling: 'failed' | 'payment_failed', afterDays: number) {
  const details = { failureCode: 'insufficient_funds' };
  return [
    { event: 'payment.failed', of: role, afterDays, details },
    { event: `subscription.${spelling}` },
  ] as const;
}

type PaymentScenario = Pick<Scenario, 'name' | 'summary' | 'steps' | 'weight'> & {
  readonly finalStatus: NonNullable<Scenario['finalStatus']>;
};

const PAYMENTS: readonly PaymentScenario[] = [
  {
    name: 'paid',
    summary: 'created, pending, paid',
    steps: [created, pending, succeeded],
    finalStatus: 'paid',
    weight: 8,
  },
  {
    name: 'authorized-then-paid',
    summary: 'a card is authorized first and captured later',
    steps: [created, authorized, succeeded],
    finalStatus: 'paid',
    weight: 4,
  },
  {
    name: 'failed',
    summary: 'the card is declined',
    steps: [created, failed],
    finalStatus: 'failed',
    weight: 3,
  },
  {
    name: 'expired',
    summary: 'the checkout runs out of time: a failure by that code',
    steps: [created, pending, { event: 'payment.failed', details: { failureCode: 'expired' } }],
    finalStatus: 'failed',
    weight: 1,
  },
  {
    name: 'voided',
    summary: 'authorized, then voided by the merchant',
    steps: [created, authorized, { event: 'payment.voided' }],
    finalStatus: 'cancelled',
    weight: 2,
  },
  {
    name: 'paid-then-voided',
    summary: 'paid, then voided before it was settled',
    steps: [succeeded, { event: 'payment.voided' }],
    finalStatus: 'cancelled',
    weight: 1,
  },
  {
    name: 'partially-refunded',
    summary: 'paid, then a part is given back',
    steps: [succeeded, partial(40, 40)],
    finalStatus: 'partially_refunded',
    weight: 2,
  },
  {
    name: 'refunded-in-two-steps',
    summary: 'paid, a part is given back, then the rest',
    steps: [created, succeeded, partial(30, 30), rest(70)],
    finalStatus: 'refunded',
    weight: 2,
  },
  {
    name: 'partially-refunded-thrice',
    summary: 'three refunds, told as `refund` with the refund beside its payment',
    steps: [
      succeeded,
      partial(10, 10, 'refund'),
      partial(20, 30, 'refund'),
      partial(5, 35, 'refund'),
    ],
    finalStatus: 'partially_refunded',
    weight: 1,
  },
  {
    name: 'refunded',
    summary: 'paid, then given back at once, told as `refund`',
    steps: [created, succeeded, rest(100, 'refund')],
    finalStatus: 'refunded',
    weight: 1,
  },
  {
    name: 'refund-failed',
    summary: 'paid; a refund is tried and fails, which leaves the payment as it was',
    steps: [created, succeeded, { event: 'payment.refund_failed', amountPercent: 50 }],
    finalStatus: 'paid',
    weight: 1,
  },
  {
    name: 'created-only',
    summary: 'the buyer opens the checkout and leaves',
    steps: [created],
    finalStatus: 'awaiting_payment',
    weight: 1,
  },
];

/** Not in the list of events, but after its pattern `<entity>.<status>`. */
const opened: Step = { event: 'subscription.created' };

const SUBSCRIPTIONS: readonly Pick<Scenario, 'name' | 'summary' | 'steps' | 'furtherOrders'>[] = [
  {
    name: 'subscription-renewed',
    summary:
      'a first charge and two renewals, each a payment of its own beside its subscription event',
    steps: [
      opened,
      ...charge('payment-1', 'succeeded'),
      ...charge('payment-2', 'succeeded', { afterDays: 30 }),
      ...charge('payment-3', 'succeeded', { afterDays: 30 }),
    ],
    furtherOrders: { 'payment-1': 'paid', 'payment-2': 'paid', 'payment-3': 'paid' },
  },
  {
    name: 'subscription-renewed-other-spelling',
    summary: 'the same in the words of the retries page: subscription.payment_succeeded',
    steps: [
      ...charge('payment-1', 'payment_succeeded'),
      ...charge('payment-2', 'payment_succeeded', { afterDays: 30 }),
    ],
    furtherOrders: { 'payment-1': 'paid', 'payment-2': 'paid' },
  },
  {
    name: 'subscription-recovered',
    summary: 'a renewal fails, and works a day later',
    steps: [
      ...charge('payment-1', 'succeeded'),
      ...failedCharge('payment-2', 'payment_failed', 30),
      ...charge('payment-3', 'payment_succeeded', { afterDays: 1 }),
    ],
    furtherOrders: { 'payment-1': 'paid', 'payment-2': 'failed', 'payment-3': 'paid' },
  },
  {
    name: 'subscription-dunned',
    summary: 'a renewal fails, and again after 1, 3, 5 and 7 days; then it is cancelled',
    steps: [
      ...charge('payment-1', 'succeeded'),
      ...failedCharge('payment-2', 'failed', 30),
      ...failedCharge('payment-3', 'failed', 1),
      ...failedCharge('payment-4', 'failed', 3),
      ...failedCharge('payment-5', 'failed', 5),
      ...failedCharge('payment-6', 'failed', 7),
      { event: 'subscription.cancelled' },
    ],
    furtherOrders: {
      'payment-1': 'paid',
      'payment-2': 'failed',
      'payment-3': 'failed',
      'payment-4': 'failed',
      'payment-5': 'failed',
      'payment-6': 'failed',
    },
  },
  {
    name: 'subscription-cancelled',
    summary: 'charged once, then cancelled by the merchant',
    steps: [opened, ...charge('payment-1', 'succeeded'), { event: 'subscription.cancelled' }],
    furtherOrders: { 'payment-1': 'paid' },
  },
  {
    name: 'subscription-never-paid',
    summary: 'the first charge fails, and the subscription with it',
    steps: [
      { event: 'payment.failed', of: 'payment-1', details: { failureCode: 'lost_or_stolen_card' } },
      { event: 'subscription.failed', status: 'failed' },
    ],
    furtherOrders: { 'payment-1': 'failed' },
  },
];

/** MintCash: card payments with cumulative refunds, and subscriptions. */
export const MINTCASH_SCENARIOS: readonly Scenario[] = [
  ...PAYMENTS.map((scenario): Scenario => ({
    provider: 'mintcash',
    money,
    methods,
    forms,
    ...scenario,
  })),
  ...SUBSCRIPTIONS.map((scenario): Scenario => ({
    provider: 'mintcash',
    main: 'subscription',
    finalStatus: null,
    weight: 1,
    money,
    methods,
    forms,
    ...scenario,
  })),
];
