import type { Details, Money, Role, Scenario, Step } from '../scenario.js';

const money: Money = { currencies: ['MXN'] };

const payment = (status: string, details?: Details): Step => ({
  event: `payment_${status}`,
  ...(details !== undefined && { details }),
});
const withdrawal = (status: string): Step => ({ event: `withdrawal_${status}` });
/** The Withdrawals API sends the whole object at every change; its event is only in a header. */
const moved = (status: string): Step => ({ event: 'withdrawal.status_changed', status });
/** Assumed by the documented pattern `<operation_type>_<Status>`: a transaction of its own. */
const refund = (of: Role, status: string, amountPercent: number): Step => ({
  event: `refund_${status}`,
  of,
  amountPercent,
});
const nested = (event: string, status: string): Step => ({ event, status });

type Told = Pick<Scenario, 'name' | 'summary' | 'steps' | 'finalStatus'> & Partial<Scenario>;

const DIRECT: readonly Told[] = [
  {
    name: 'paid-by-spei',
    summary: 'a bank transfer: pending, then success',
    steps: [payment('Pending'), payment('Success')],
    finalStatus: 'paid',
    weight: 6,
    methods: ['SPEI'],
  },
  {
    name: 'paid-by-card',
    summary: 'a card: pending, then success',
    steps: [payment('Pending'), payment('Success')],
    finalStatus: 'paid',
    weight: 5,
  },
  {
    name: 'paid-in-cash',
    summary: 'a voucher paid in a shop, some days later',
    steps: [payment('Pending'), { ...payment('Success'), afterDays: 2 }],
    finalStatus: 'paid',
    weight: 3,
    methods: ['oxxopay', 'mercadopago', 'safetypayCash'],
  },
  {
    name: 'authorized-then-paid',
    summary: 'a card is authorized first and captured later',
    steps: [payment('Pending'), payment('Authorized'), payment('Success')],
    finalStatus: 'paid',
    weight: 2,
  },
  {
    name: 'declined',
    summary: 'the card is declined, with a reason',
    steps: [payment('Pending'), payment('Declined', { decline_code: 'BH01' })],
    finalStatus: 'failed',
    weight: 3,
  },
  {
    name: 'failed',
    summary: 'the processor fails',
    steps: [payment('Pending'), payment('Failed', { decline_code: 'GS02' })],
    finalStatus: 'failed',
    weight: 2,
  },
  {
    name: 'expired',
    summary: 'the voucher is never paid',
    steps: [payment('Pending'), { ...payment('Expired'), afterDays: 5 }],
    finalStatus: 'expired',
    weight: 2,
    methods: ['oxxopay'],
  },
  {
    name: 'expired-then-paid',
    summary: 'the voucher expires and is paid after all',
    steps: [payment('Pending'), { ...payment('Expired'), afterDays: 5 }, payment('Success')],
    finalStatus: 'paid',
    methods: ['oxxopay'],
  },
  {
    name: 'cancelled',
    summary: 'cancelled by the merchant before it was paid',
    steps: [payment('Pending'), payment('Cancelled')],
    finalStatus: 'cancelled',
  },
  {
    name: 'pending-only',
    summary: 'a transfer that never arrives',
    steps: [payment('Pending')],
    finalStatus: 'pending',
    methods: ['SPEI'],
  },
  {
    name: 'partially-refunded-twice',
    summary: 'a card payment, and two parts given back',
    steps: [
      payment('Pending'),
      payment('Success'),
      refund('refund-1', 'Success', 25),
      refund('refund-2', 'Success', 10),
    ],
    finalStatus: 'partially_refunded',
  },
  {
    name: 'refunded',
    summary: 'a card payment, given back whole',
    steps: [payment('Success'), refund('refund', 'Pending', 100), refund('refund', 'Success', 100)],
    finalStatus: 'refunded',
  },
  {
    name: 'refund-failed',
    summary: 'a card payment; a refund is tried and declined',
    steps: [payment('Success'), refund('refund', 'Declined', 50)],
    finalStatus: 'paid',
  },
  {
    name: 'mismatched-deposit',
    summary: 'less arrives than was asked for: what was received is booked',
    steps: [
      payment('Pending'),
      { ...payment('Success', { mismatched_deposit: 'True' }), amountPercent: 80 },
    ],
    finalStatus: 'paid',
    methods: ['SPEI'],
  },
  {
    name: 'excess-deposit',
    summary: 'more arrives than was asked for: what was received is booked',
    steps: [
      payment('Pending'),
      { ...payment('Success', { mismatched_deposit: 'True' }), amountPercent: 110 },
    ],
    finalStatus: 'paid',
    methods: ['SPEI'],
  },
  {
    name: 'unsolicited-deposit',
    summary: 'money arrives that nobody asked for',
    steps: [payment('Success', { concept: 'Frictionless deposit - auto-created' })],
    finalStatus: null,
    methods: ['SPEI'],
  },
];

const NESTED: readonly Told[] = [
  {
    name: 'nested-paid',
    summary: 'the older nested shape: pending, authorized, success',
    steps: ['pending', 'authorized', 'success'].map((status) =>
      nested('transaction.status_changed', status),
    ) as unknown as Scenario['steps'],
    finalStatus: 'paid',
    weight: 2,
    forms: ['nested'],
  },
  {
    name: 'nested-declined',
    summary: "the method pages' shape, without an event id: declined",
    steps: [
      nested('payment.status_changed', 'pending'),
      nested('payment.status_changed', 'declined'),
    ],
    finalStatus: 'failed',
    forms: ['nested-event'],
  },
  {
    name: 'nested-confirmed',
    summary: "the frictionless guide's shape: confirmed",
    steps: [nested('confirmed', 'Success')],
    finalStatus: 'paid',
    methods: ['SPEI'],
    forms: ['confirmed'],
  },
];

const HOSTED: readonly Told[] = [
  {
    name: 'hosted-completed',
    summary: 'a checkout session: a declined try, one that works, completed',
    steps: [
      { event: 'session.created' },
      { event: 'payment.transaction', of: 'payment', status: 'Declined' },
      { event: 'payment.transaction', of: 'payment', status: 'Success' },
      { event: 'session.completed' },
    ],
    finalStatus: 'paid',
    weight: 4,
  },
  {
    name: 'hosted-expired',
    summary: 'a checkout session that nobody finishes',
    steps: [{ event: 'session.created' }, { event: 'session.expired' }],
    finalStatus: 'expired',
    weight: 2,
  },
  {
    name: 'hosted-declined-then-expired',
    summary: 'the only try is declined, and the session runs out',
    steps: [
      { event: 'session.created' },
      { event: 'payment.transaction', of: 'payment', status: 'Declined' },
      { event: 'session.expired' },
    ],
    finalStatus: 'expired',
  },
];

const WITHDRAWALS: readonly Told[] = [
  {
    name: 'withdrawal-paid',
    summary: 'the Withdrawals API: the whole object at every status',
    steps: [moved('PENDING'), moved('PROCESSING'), moved('SENT_TO_PROVIDER'), moved('PAID_FULL')],
    finalStatus: null,
    weight: 2,
    forms: ['withdrawals'],
  },
  {
    name: 'withdrawal-rejected',
    summary: 'the Withdrawals API: rejected',
    steps: [moved('PENDING'), moved('REJECTED')],
    finalStatus: null,
    forms: ['withdrawals'],
  },
  {
    name: 'withdrawal-reversed',
    summary: 'paid in full, then returned by the bank: a notice of another shape',
    steps: [
      moved('PENDING'),
      moved('PAID_FULL'),
      { event: 'withdrawal.refund', status: 'refunded' },
    ],
    finalStatus: null,
    forms: ['withdrawals'],
  },
  {
    name: 'withdrawal-reversed-unpaid',
    summary: 'returned by the bank, without PAID_FULL ever told',
    steps: [
      moved('PENDING'),
      moved('PROCESSING'),
      { event: 'withdrawal.refund', status: 'refunded' },
    ],
    finalStatus: null,
    forms: ['withdrawals'],
  },
  {
    name: 'direct-withdrawal-paid',
    summary: 'the Direct API: two notices, pending and success',
    steps: [withdrawal('Pending'), withdrawal('Success')],
    finalStatus: null,
    weight: 2,
    forms: ['direct'],
  },
  {
    name: 'direct-withdrawal-declined',
    summary: 'the Direct API: declined before it went out',
    steps: [withdrawal('Pending'), withdrawal('Declined')],
    finalStatus: null,
    forms: ['direct'],
  },
  {
    name: 'direct-withdrawal-failed',
    summary: 'the Direct API: failed at the bank',
    steps: [withdrawal('Pending'), withdrawal('Failed')],
    finalStatus: null,
    forms: ['direct'],
  },
];

const OTHERS: readonly Told[] = [
  {
    name: 'legacy-paid',
    summary: "the dashboard's old shape: success",
    main: 'legacy',
    steps: [{ event: 'legacy', status: 'Success' }],
    finalStatus: 'paid',
    forms: ['legacy'],
  },
  {
    name: 'legacy-declined',
    summary: "the dashboard's old shape: pending, then declined",
    main: 'legacy',
    steps: [
      { event: 'legacy', status: 'Pending' },
      { event: 'legacy', status: 'Declined' },
    ],
    finalStatus: 'failed',
    forms: ['legacy'],
  },
  {
    name: 'probe',
    summary: 'what the dashboard sends when an URL is added',
    main: 'probe',
    steps: [{ event: 'probe' }],
    finalStatus: null,
    forms: ['probe'],
  },
];

/** Tonder: MXN alone, four products with a shape each. */
export const TONDER_SCENARIOS: readonly Scenario[] = [
  ...DIRECT,
  ...NESTED,
  ...HOSTED.map((scenario) => ({
    main: 'session' as const,
    forms: ['hosted', 'hosted-event-type'] as const,
    ...scenario,
  })),
  ...WITHDRAWALS.map((scenario) => ({
    main: 'withdrawal' as const,
    methods: ['SPEI', 'DEBIT_CARD'] as const,
    ...scenario,
  })),
  ...OTHERS,
].map((scenario) => ({
  provider: 'tonder',
  weight: 1,
  money,
  methods: ['CARD'],
  forms: ['direct'],
  ...scenario,
}));
