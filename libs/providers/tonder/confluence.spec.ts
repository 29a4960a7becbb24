import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import {
  observeTonder,
  observeTonderAnswer,
  tonderEventOf,
  tonderViewOf,
} from '../../../test/harness/tonder-observations.js';
import { TONDER_STATUS_WORDS } from './statuses.js';

const minutes = fc.integer({ min: 0, max: 3 }).map((minute) => `2026-04-17T15:3${minute}:00Z`);
const words = fc.constantFrom(...TONDER_STATUS_WORDS);
const amounts = fc.constantFrom('70', '70.5', null);
const orders = fc.constantFrom('order-1', 'order-2', null);
const asked = fc.record({
  asOf: fc.bigInt({ min: 0n, max: 3n }),
  askedAtMs: fc.integer({ min: 0, max: 3 }),
});

const answers = (subject: { kind: 'transaction' | 'withdrawal' | 'session'; reference: string }) =>
  asked.map((lookup) =>
    observeTonderAnswer(
      lookup.askedAtMs === 0
        ? null
        : {
            id: subject.reference,
            operation_type: subject.kind === 'withdrawal' ? 'withdrawal' : 'payment',
            status: TONDER_STATUS_WORDS[Number(lookup.asOf) * 4 + lookup.askedAtMs],
            amount: 70,
            currency: 'MXN',
            merchant_reference: 'order-1',
            updated_at: `2026-04-17T15:3${lookup.asOf}:00Z`,
          },
      subject,
      lookup,
    ),
  );

const metadata = fc.record(
  {
    mismatched_deposit: fc.constantFrom('True', 'False'),
    original_expected_amount: fc.constantFrom('70', '100', '50'),
    order_id: orders,
  },
  { requiredKeys: [] },
);

const directPayments = fc
  .record({ word: words, amount: amounts, client_reference: orders, metadata })
  .map(({ word, ...members }) =>
    observeTonder({
      ...members,
      id: 'txn-1',
      operation_type: 'payment',
      event_type: `payment_${word}`,
      currency: 'MXN',
      created: '2026-04-17T15:30:00Z',
    }),
  );

const nestedPayments = fc
  .record({ event_id: fc.uuid(), created_at: minutes, status: words, amount: amounts })
  .map(({ event_id, created_at, ...data }) =>
    observeTonder({
      event_type: 'transaction.status_changed',
      event_id,
      created_at,
      data: { ...data, id: 'txn-1', operation_type: 'payment', currency: 'MXN' },
    }),
  );

const refundsOfPayment = fc
  .record({
    word: words,
    amount: amounts,
    refund_id: fc.constantFrom('r-1', 'r-2', null),
    original_transaction_id: fc.constantFrom('txn-1', 'txn-0', null),
  })
  .map(({ word, ...members }) =>
    observeTonder({
      ...members,
      id: 'txn-1',
      operation_type: 'refund',
      event_type: `refund_${word}`,
      currency: 'MXN',
    }),
  );

const sessions = fc
  .record({
    event: fc.constantFrom('session.created', 'session.completed', 'session.expired'),
    transaction_status: fc.option(words),
    paid_at: fc.constantFrom(1751478550234, 1751478550235, null),
    external_id: orders,
  })
  .map(({ event, external_id, ...data }) =>
    observeTonder({
      action: event,
      data: { ...data, id: 'cs-1', amount_total: 300, currency: 'MXN', metadata: { external_id } },
    }),
  );

const attempts = fc
  .record({ status: words, payment_id: fc.integer({ min: 1, max: 3 }), created_at: minutes })
  .map((data) =>
    observeTonder({
      event_type: 'payment.transaction',
      data: { ...data, session_id: 'cs-1', amount: 300, currency: 'MXN' },
    }),
  );

const withdrawals = fc
  .record({ status: words, modified_at: minutes, fixed_fee: fc.constantFrom('3.5', null) })
  .map((members) =>
    observeTonder({
      ...members,
      id: 'w-1',
      amount: 100,
      currency: 'MXN',
      status_changes: [],
      metadata: { order_id: 'order-1' },
    }),
  );

const directWithdrawals = words.map((word) =>
  observeTonder({
    id: 'w-1',
    operation_type: 'withdrawal',
    event_type: `withdrawal_${word}`,
    amount: '100',
    currency: 'MXN',
    client_reference: 'payout-1',
  }),
);

const reversals = minutes.map((updated_at) =>
  observeTonder({
    withdrawal_id: 'w-1',
    status: 'refunded',
    amount: 100,
    currency: 'MXN',
    updated_at,
  }),
);

const SUBJECTS: readonly [string, fc.Arbitrary<Observation>][] = [
  [
    'a transaction, told flat, nested, as refunded, and looked up',
    fc.oneof(
      directPayments,
      nestedPayments,
      refundsOfPayment,
      answers({ kind: 'transaction', reference: 'txn-1' }),
    ),
  ],
  [
    'a session, with its tries to pay',
    fc.oneof(sessions, attempts, answers({ kind: 'session', reference: 'cs-1' })),
  ],
  [
    'a withdrawal, told by both APIs',
    fc.oneof(
      withdrawals,
      directWithdrawals,
      reversals,
      answers({ kind: 'withdrawal', reference: 'w-1' }),
    ),
  ],
];

/** The projection takes one delivery of a key; another with other facts is a conflict. */
function keyOf(observation: Observation): string {
  const { eventType, dedupeId } = tonderEventOf(observation);
  return JSON.stringify([eventType, dedupeId]);
}

describe('interpreted facts of Tonder', () => {
  it.each(SUBJECTS)('end in one view of %s, in any order and however often', (_, observations) => {
    const facts = fc.uniqueArray(observations, {
      selector: keyOf,
      minLength: 1,
      maxLength: 8,
    });
    const told = facts.chain((set) =>
      fc
        .array(fc.constantFrom(...set), { maxLength: 8 })
        .chain((again) =>
          fc.tuple(
            fc.constant(set),
            fc.shuffledSubarray([...set, ...again], { minLength: set.length + again.length }),
          ),
        ),
    );
    fc.assert(
      fc.property(told, ([set, other]) => {
        expect(tonderViewOf(other)).toEqual(tonderViewOf(set));
      }),
      { numRuns: 150 },
    );
  });

  it('have one effect where one fact is told in two shapes', () => {
    const flat = observeTonder({
      id: 'txn-1',
      operation_type: 'payment',
      event_type: 'payment_Success',
      amount: '70',
      currency: 'MXN',
      client_reference: 'order-1',
    });
    const nested = observeTonder({
      event_type: 'transaction.status_changed',
      event_id: 'evt-1',
      data: {
        id: 'txn-1',
        operation_type: 'payment',
        status: 'success',
        amount: 70.0,
        currency: 'MXN',
        merchant_reference: 'order-1',
      },
    });
    expect(nested.subject).toBe(flat.subject);
    expect(tonderViewOf([flat, nested])).toEqual(tonderViewOf([nested]));
    expect(tonderViewOf([flat, nested])).toEqual(tonderViewOf([flat]));
  });

  it('keep a payment a payment, and its amount, whatever is told of its refunds', () => {
    const ofItself = refundsOfPayment.filter(
      (refund) => !refund.value.includes('"original_transaction_id":"txn-0"'),
    );
    const paid = observeTonder({
      id: 'txn-1',
      operation_type: 'payment',
      event_type: 'payment_Success',
      amount: '100',
      currency: 'MXN',
    });
    fc.assert(
      fc.property(fc.array(ofItself, { maxLength: 6 }), fc.nat(6), (refunds, place) => {
        const told = [...refunds.slice(0, place), paid, ...refunds.slice(place)];
        expect(tonderViewOf(told)).toMatchObject({
          kind: 'payment',
          amount: { minor: 10_000n, currency: 'MXN' },
        });
      }),
      { numRuns: 100 },
    );
  });

  it('never let a try to pay fail a session that is completed', () => {
    const declined = observeTonder({
      event_type: 'payment.transaction',
      data: { payment_id: 1, session_id: 'cs-1', status: 'Declined', amount: 300, currency: 'MXN' },
    });
    const completed = observeTonder({
      action: 'session.completed',
      data: { id: 'cs-1', amount_total: 300, currency: 'MXN', transaction_status: 'Success' },
    });
    for (const order of [
      [declined, completed],
      [completed, declined],
    ]) {
      expect(tonderViewOf(order)).toMatchObject({ status: 'succeeded', flags: [] });
    }
    expect(tonderViewOf([declined])).toMatchObject({ status: 'pending', flags: [] });
  });
});
