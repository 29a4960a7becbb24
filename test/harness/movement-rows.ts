import { refundIdOf, subjectIdOf } from '#events/ids.js';
import type { Database } from '#read-models/database.js';
import { insertRows, type Values } from './read-model-rows.js';

export const PAYMENT = 'conomy-test/transaction/tx-1';
const PARENT_UNKNOWN = 'conomy-test/transaction/tx-2';
export const REFUND = 'conomy-test/transaction/re-1';
const EARLY_REFUND = 'conomy-test/transaction/re-2';
const STRAY_REFUND = 'conomy-test/transaction/re-3';
export const WITHDRAWAL = 'tonder-test/withdrawal/out-1';
const SUBSCRIPTION = 'mintcash-test/subscription/sub-1';
const CLAIMED_SUBSCRIPTION = 'mintcash-test/subscription/sub-2';
const CUSTOMER = 'conomy-test/customer/cus-1';
export const EMBEDDED_ID = refundIdOf(PAYMENT, 'embedded-1');
/** Names nothing. */
export const NOBODY = '00000000-0000-5000-8000-000000000000';
export const CONOMY = { account: 'conomy-test', provider: 'conomy' };
const ARS = { currency: 'ARS', exponent: 2 };

export const [PAYMENT_ID, UNKNOWN_ID, REFUND_ID, EARLY_ID, STRAY_ID, WITHDRAWAL_ID] = [
  PAYMENT,
  PARENT_UNKNOWN,
  REFUND,
  EARLY_REFUND,
  STRAY_REFUND,
  WITHDRAWAL,
].map(subjectIdOf) as [string, string, string, string, string, string];
export const [SUBSCRIPTION_ID, CUSTOMER_ID] = [SUBSCRIPTION, CUSTOMER].map(subjectIdOf) as [
  string,
  string,
];

/** One order, and of every kind of movement, subscription and customer what the API has to tell apart. */
export async function insertMovements(database: Database): Promise<void> {
  await insertRows(database, 'orders', [{ order_id: 'ORD-1' }]);
  await insertRows(database, 'order_payments', [{ order_id: 'ORD-1', payment_id: PAYMENT_ID }]);
  await insertRows(database, 'payments', [
    movement(PAYMENT, {
      status: 'partially_refunded',
      order_id: 'ORD-1',
      ...ARS,
      amount_minor: 900n,
    }),
    // A row that only its refund made.
    movement(PARENT_UNKNOWN, { status: null, own_version: 0n, last_position: -1n }),
    movement(REFUND, { kind: 'refund', parent_id: PAYMENT_ID, status: 'succeeded', ...ARS }),
    movement(EARLY_REFUND, { kind: 'refund', parent_id: UNKNOWN_ID, status: 'pending' }),
    movement(STRAY_REFUND, { kind: 'refund', status: 'pending', client_reference: 'give-back-3' }),
    movement(WITHDRAWAL, {
      account: 'tonder-test',
      provider: 'tonder',
      kind: 'withdrawal',
      status: 'paid',
      reported: 'returned',
      client_reference: 'payout-7',
      currency: 'MXN',
      exponent: 2,
      amount_minor: 10_000n,
      fee_minor: 250n,
      tax_minor: 40n,
      flags: ['late'],
      occurred_at: '2026-11-21T09:59:58.123Z',
    }),
    ...Array.from({ length: 25 }, (_, n) =>
      movement(`cobru-test/bank-withdrawal/${n}`, {
        account: 'cobru-test',
        provider: 'cobru',
        kind: 'withdrawal',
        status: 'requested',
      }),
    ),
  ]);
  await insertRegisters(database);
  await insertRecords(database);
}

async function insertRegisters(database: Database): Promise<void> {
  await insertRows(database, 'refunds', [
    refund(REFUND_ID, { payment_id: PAYMENT_ID, reference: 're-1', ...ARS, amount_minor: 300n }),
    refund(EMBEDDED_ID, { payment_id: PAYMENT_ID, reference: 'embedded-1' }),
    refund(EARLY_ID, { payment_id: UNKNOWN_ID, reference: 're-2', status: 'pending' }),
    refund(STRAY_ID, { payment_id: null, reference: 're-3', status: 'pending' }),
  ]);
  await insertRows(database, 'subscriptions', [
    {
      subscription_id: SUBSCRIPTION_ID,
      reference: 'sub-1',
      client_reference: 'plan-of-ana',
      status: 'past_due',
      currency: 'USD',
      exponent: 2,
      amount_minor: 999n,
      interval_days: 30,
      current_period_end: '2026-12-01T00:00:00Z',
      told_at: '1970-01-01T00:00:00Z',
    },
  ]);
  await insertRows(database, 'customers', [
    { customer_id: CUSTOMER_ID, reference: 'cus-1', is_auto_created: true, documents: 2 },
  ]);
}

async function insertRecords(database: Database): Promise<void> {
  const told = [PAYMENT, REFUND, EARLY_REFUND, WITHDRAWAL, SUBSCRIPTION, CUSTOMER];
  await insertRows(
    database,
    'deliveries',
    [...told, CLAIMED_SUBSCRIPTION].map((subject, n) => ({
      position: BigInt(n),
      observation_id: observationOf(n),
      subject,
      subject_id: subjectIdOf(subject),
      request_id: `request-${n}`,
      recorded_at: `2026-11-21T10:00:0${n}Z`,
      ...CHANGES.get(subject),
      ...(subject === CLAIMED_SUBSCRIPTION ? { trust: 'unverified', outcome: 'claim' } : {}),
    })),
  );
}

/** The fold keeps changes in the words of payments. */
const CHANGES: ReadonlyMap<string, Values> = new Map([
  [REFUND, { change_version: 1n, change_status: 'refunded' }],
  [WITHDRAWAL, { change_version: 1n, change_status: 'succeeded' }],
]);

function movement(subject: string, values: Values): Values {
  const reference = subject.slice(subject.lastIndexOf('/') + 1);
  return { payment_id: subjectIdOf(subject), ...CONOMY, subject, reference, ...values };
}

function refund(refundId: string, values: Values): Values {
  return { refund_id: refundId, ...values };
}

/** Id of the n-th record. */
export function observationOf(n: number): string {
  return `0199a0b0-0000-7000-8000-00000000000${n}`;
}
