import type { Money, Role, Scenario, Step } from '../scenario.js';

/** CLP has no decimals. */
const money: Money = { currencies: ['CLP', 'COP', 'MXN', 'ARS', 'USD'] };
const methods: Scenario['methods'] = ['ETPAY', 'PSE', 'SPEI', 'CVU', 'WEBPAY', 'FINTOC'];

/** The legacy event that fires at every change of status, beside the specific ones. */
const changed = (status: string, of?: Role): Step => ({
  event: 'transaction.status_changed',
  status,
  ...(of !== undefined && { of }),
});

const pending = changed('PENDING');
const authorized = changed('AUTHORIZED');
const captured = changed('CAPTURED');
const received = changed('RECEIVED');
const settled: readonly [Step, Step] = [{ event: 'payment.settled' }, changed('SETTLED')];

const unsettled = (reason: string): readonly [Step, Step] => [
  { event: 'payment.unsettled', details: { unsettledReason: reason } },
  changed('UNSETTLED'),
];

/** A child refund: of a payment that we know, or, below a minimum, of none. */
function refund(of: Role, amountPercent: number, outcome: 'settled' | 'failed'): readonly Step[] {
  return [
    { event: 'payment.refund.created', of, amountPercent },
    { event: 'payment.refund.captured', of, amountPercent },
    { event: `payment.refund.${outcome}`, of, amountPercent },
  ];
}

const reviewRequired: readonly [Step, Step] = [
  { event: 'payment.requiresReview' },
  changed('REQUIRES_REVIEW'),
];

/** The specific event and the umbrella, and the legacy one beside both. */
function reviewed(event: 'payment.reviewApproved' | 'payment.reviewRejected'): readonly Step[] {
  const status = event === 'payment.reviewApproved' ? 'CAPTURED' : 'FAILED';
  return [{ event }, { event: 'payment.reviewResolved', status }, changed(status)];
}

type Told = Pick<Scenario, 'name' | 'summary' | 'steps' | 'finalStatus'> & Partial<Scenario>;

const CONTRACT_A: readonly Told[] = [
  {
    name: 'received',
    summary: 'contract A: captured, then received; SETTLED is never told',
    steps: [{ event: 'Transaction.Captured' }, { event: 'Transaction.Received' }],
    finalStatus: 'paid',
    weight: 5,
  },
  {
    name: 'captured-then-failed',
    summary: 'contract A: captured, which is no success, then failed',
    steps: [{ event: 'Transaction.Captured' }, { event: 'Transaction.Failed' }],
    finalStatus: 'failed',
    weight: 2,
  },
  {
    name: 'captured-only',
    summary: 'contract A: captured and nothing more',
    steps: [{ event: 'Transaction.Captured' }],
    finalStatus: 'pending',
  },
];

const PAYMENTS: readonly Told[] = [
  {
    name: 'settled',
    summary: 'received, then settled in a batch with others of its currency',
    steps: [pending, captured, received, ...settled],
    finalStatus: 'paid',
    weight: 8,
    forms: ['b', 'b', 'c'],
  },
  {
    name: 'authorized-then-settled',
    summary: 'authorized first, captured later',
    steps: [authorized, captured, received, ...settled],
    finalStatus: 'paid',
    weight: 2,
  },
  {
    name: 'settled-contract-c',
    summary: "contract C: B's events with A's signature in the body",
    steps: [received, ...settled],
    finalStatus: 'paid',
    weight: 2,
    forms: ['c'],
  },
  {
    name: 'failed',
    summary: 'the bank refuses',
    steps: [pending, changed('FAILED')],
    finalStatus: 'failed',
    weight: 2,
  },
  {
    name: 'expired',
    summary: 'nobody pays in time',
    steps: [pending, { event: 'payment.expired' }, changed('EXPIRED')],
    finalStatus: 'expired',
    weight: 2,
  },
  {
    name: 'expired-then-settled',
    summary: 'expired first, paid after all',
    steps: [{ event: 'payment.expired' }, received, ...settled],
    finalStatus: 'paid',
  },
  {
    name: 'unsettled',
    summary: 'received, and then it could not be settled',
    steps: [received, ...unsettled('ACCOUNT_NOT_FOUND')],
    finalStatus: 'failed',
  },
  {
    name: 'review-approved',
    summary:
      'held for review, approved, settled: each told specifically, by the umbrella and the legacy event',
    steps: [
      captured,
      ...reviewRequired,
      ...reviewed('payment.reviewApproved'),
      received,
      ...settled,
    ],
    finalStatus: 'paid',
    weight: 2,
  },
  {
    name: 'review-rejected',
    summary: 'held for review and rejected',
    steps: [captured, ...reviewRequired, ...reviewed('payment.reviewRejected')],
    finalStatus: 'failed',
    weight: 2,
  },
  {
    name: 'in-review',
    summary: 'held for review, not decided yet',
    steps: [...reviewRequired],
    finalStatus: 'pending',
  },
  {
    name: 'partially-refunded-twice',
    summary: 'settled, then two parts are given back, each a transaction of its own',
    steps: [...settled, ...refund('refund-1', 30, 'settled'), ...refund('refund-2', 20, 'settled')],
    finalStatus: 'partially_refunded',
    weight: 2,
  },
  {
    name: 'refunded',
    summary: 'settled, then given back whole',
    steps: [...settled, ...refund('refund', 100, 'settled')],
    finalStatus: 'refunded',
    weight: 2,
  },
  {
    name: 'refund-failed',
    summary: 'settled; a refund is tried and fails',
    steps: [...settled, ...refund('refund', 50, 'failed')],
    finalStatus: 'paid',
  },
  {
    name: 'underpaid-settled',
    summary: 'less than asked for arrives and is settled',
    steps: [
      pending,
      { event: 'purchase.underpaid', amountPercent: 60 },
      { event: 'payment.settled', amountPercent: 60 },
    ],
    finalStatus: 'paid',
  },
  {
    name: 'underpaid-unsettled',
    summary: 'less than asked for arrives and cannot be assigned',
    steps: [
      pending,
      { event: 'purchase.underpaid', amountPercent: 10 },
      { event: 'payment.unsettled', amountPercent: 10, details: { unsettledReason: 'UNDERPAID' } },
    ],
    finalStatus: 'failed',
  },
  {
    name: 'overpaid',
    summary: 'more than asked for arrives and is settled',
    steps: [
      pending,
      { event: 'purchase.overpaid', amountPercent: 125 },
      { event: 'payment.settled', amountPercent: 125 },
    ],
    finalStatus: 'paid',
  },
  {
    name: 'attempted',
    summary: 'somebody tries to pay, and no more is heard',
    steps: [{ event: 'purchase.attempted' }],
    finalStatus: 'awaiting_payment',
  },
  {
    name: 'assigned-late',
    summary: 'money arrives that cannot be assigned yet; then it is',
    steps: [{ event: 'purchase.pendingAssignment' }, received, ...settled],
    finalStatus: 'paid',
  },
];

const OTHERS: readonly Told[] = [
  {
    name: 'refund-of-unknown-payment',
    summary: 'a deposit below the minimum is given back: a refund whose parent nobody knows',
    main: 'refund',
    steps: [
      { event: 'payment.refund.created' },
      { event: 'payment.refund.captured' },
      { event: 'payment.refund.settled' },
    ],
    finalStatus: null,
  },
  {
    name: 'customer-levels',
    summary: 'a customer made by a deposit documents itself: BASIC, STANDARD, FULL',
    main: 'customer',
    steps: ['BASIC', 'STANDARD', 'FULL'].map((level) => ({
      event: 'customer.levelChanged',
      status: level,
    })) as unknown as Scenario['steps'],
    finalStatus: null,
  },
  {
    name: 'withdrawal-settled',
    summary: 'money out to a bank account',
    main: 'withdrawal',
    steps: [changed('CREATED'), captured, { event: 'payment.settled' }, changed('SETTLED')],
    finalStatus: null,
  },
  {
    name: 'withdrawal-failed',
    summary: 'money out that the bank refuses',
    main: 'withdrawal',
    steps: [changed('CREATED'), captured, changed('FAILED')],
    finalStatus: null,
  },
];

/** Conomy: three contracts, five currencies, children for refunds, batches, reviews, customers. */
export const CONOMY_SCENARIOS: readonly Scenario[] = [
  ...CONTRACT_A.map((scenario) => ({ ...scenario, forms: ['a'] as const })),
  ...PAYMENTS,
  ...OTHERS,
].map((scenario) => ({ provider: 'conomy', weight: 1, money, methods, forms: ['b'], ...scenario }));
