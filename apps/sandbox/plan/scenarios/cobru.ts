import type { Money, Scenario, Step } from '../scenario.js';

const money: Money = { currencies: ['COP'] };
const forms: Scenario['forms'] = [
  'documented',
  'original',
  'documented',
  'original',
  'documented-form',
  'original-form',
];

const created: Step = { event: 'state.0' };
const started: Step = { event: 'state.1' };
const rejected: Step = { event: 'state.2' };
const paid: Step = { event: 'state.3' };
const refunded: Step = { event: 'state.4' };
const expired: Step = { event: 'state.5' };

type PaymentScenario = Pick<Scenario, 'name' | 'summary' | 'steps' | 'weight' | 'methods'> & {
  readonly finalStatus: NonNullable<Scenario['finalStatus']>;
};

const PAYMENTS: readonly PaymentScenario[] = [
  {
    name: 'paid-by-transfer',
    summary: 'a bank transfer (PSE): in process, then paid',
    steps: [started, paid],
    finalStatus: 'paid',
    weight: 8,
    methods: ['pse', 'bancolombia_transfer'],
  },
  {
    name: 'paid-by-wallet',
    summary: 'a wallet: created, in process, paid',
    steps: [created, started, paid],
    finalStatus: 'paid',
    weight: 4,
    methods: ['NEQUI', 'daviplata', 'dale'],
  },
  {
    name: 'paid-by-bre-b',
    summary: 'an instant transfer: told once, when it is paid',
    steps: [paid],
    finalStatus: 'paid',
    weight: 4,
    methods: ['Bre-B', 'breb'],
  },
  {
    name: 'paid-late',
    summary: 'cash: expired first, paid after all',
    steps: [started, expired, paid],
    finalStatus: 'paid',
    weight: 2,
    methods: ['efecty', 'corresponsal_bancolombia'],
  },
  {
    name: 'rejected-then-paid',
    summary: 'the first method is rejected, the second one works',
    steps: [rejected, started, paid],
    finalStatus: 'paid',
    weight: 3,
    methods: ['credit_card', 'pse'],
  },
  {
    name: 'rejected',
    summary: 'the card is declined',
    steps: [started, rejected],
    finalStatus: 'failed',
    weight: 2,
    methods: ['credit_card'],
  },
  {
    name: 'expired',
    summary: 'nobody pays in time',
    steps: [expired],
    finalStatus: 'expired',
    weight: 2,
    methods: ['efecty'],
  },
  {
    name: 'paid-then-refunded',
    summary: 'paid, then refunded by the merchant in the panel',
    steps: [paid, refunded],
    finalStatus: 'refunded',
    weight: 2,
    methods: ['credit_card', 'pse'],
  },
  {
    name: 'created-only',
    summary: 'a payment link that nobody opens',
    steps: [created],
    finalStatus: 'awaiting_payment',
    weight: 1,
    methods: ['pse'],
  },
  {
    name: 'never-paid',
    summary: 'the payer starts and never finishes',
    steps: [started],
    finalStatus: 'pending',
    weight: 2,
    methods: ['pse'],
  },
];

const WITHDRAWALS: readonly Pick<Scenario, 'name' | 'summary' | 'steps' | 'main'>[] = [
  {
    name: 'bank-withdrawal-paid',
    main: 'bank-withdrawal',
    summary: 'money out to a bank account: created, in process, deposited, consigned',
    steps: [created, started, { event: 'state.2' }, { event: 'state.3' }],
  },
  {
    name: 'bank-withdrawal-rejected',
    main: 'bank-withdrawal',
    summary: 'the bank rejects the account',
    steps: [created, started, { event: 'state.5' }],
  },
  {
    name: 'bank-withdrawal-error',
    main: 'bank-withdrawal',
    summary: 'the transfer ends in an error',
    steps: [started, { event: 'state.4' }],
  },
  {
    name: 'cash-withdrawal-paid',
    main: 'cash-withdrawal',
    summary: 'money out in cash, form-encoded as its callbacks are',
    steps: [created, started, { event: 'state.3' }],
  },
  {
    name: 'cash-withdrawal-rejected',
    main: 'cash-withdrawal',
    summary: 'cash that is never handed out',
    steps: [created, { event: 'state.5' }],
  },
];

/** Cobru: COP, one callback a state, no signature. Withdrawals have states of their own. */
export const COBRU_SCENARIOS: readonly Scenario[] = [
  ...PAYMENTS.map((scenario): Scenario => ({ provider: 'cobru', money, forms, ...scenario })),
  ...WITHDRAWALS.map((scenario): Scenario => ({
    provider: 'cobru',
    finalStatus: null,
    weight: 1,
    money,
    methods: [scenario.main === 'cash-withdrawal' ? 'efecty' : 'bank'],
    forms: [scenario.main === 'cash-withdrawal' ? 'original-form' : 'original'],
    ...scenario,
  })),
];
