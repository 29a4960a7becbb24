import fc from 'fast-check';
import { uuidV5 } from '#events/uuid.js';
import type { LogRecord } from '#events/record.js';
import { cobruCallback, cobruLookup, conomyWebhook, mintcashWebhook } from './observe.js';

/**
 * Records of a few payments, refunds with an id of their own, withdrawals, subscriptions and customers, as
 * a log could hold them, in any order.
 */
export function paymentStream(): fc.Arbitrary<readonly LogRecord[]> {
  return fc
    .array(
      fc.oneof(
        mintcashEvent(),
        cobruClaim(),
        cobruAnswer(),
        conomyPayment(),
        conomyRefund(),
        conomyCustomer(),
        mintcashSubscription(),
      ),
      { minLength: 1, maxLength: 60 },
    )
    .chain((records) => fc.shuffledSubarray(records, { minLength: records.length }));
}

const PAYMENTS = ['p1', 'p2', 'p3'] as const;
const SLUGS = ['slug0001', 'slug0002'] as const;
const ORDERS = ['ORD-1', 'ORD-2', null] as const;
const EVENTS = [
  'created',
  'pending',
  'authorized',
  'succeeded',
  'failed',
  'voided',
  'partially_refunded',
  'refunded',
] as const;

function mintcashEvent(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      payment: fc.constantFrom(...PAYMENTS),
      event: fc.constantFrom(...EVENTS),
      second: fc.integer({ min: 10, max: 20 }),
      copy: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ payment, event, second, copy }) => {
      const eventId = uuidV5(`${payment}/${event}/${second}`);
      const refunded = { partially_refunded: 5, refunded: 25 }[event as string] ?? 0;
      return mintcashWebhook(uuidV5(`${eventId}/${copy}`), {
        eventId,
        event: `payment.${event}`,
        type: 'payment',
        apiVersion: '2026-05-01',
        environment: 'test',
        createdAt: `2026-06-30T15:41:${second}.000Z`,
        data: {
          id: payment,
          externalId: `ORD-${payment}`,
          status: event,
          amount: 25,
          currency: 'USD',
          amountRefunded: refunded,
        },
      });
    });
}

function cobruClaim(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      slug: fc.constantFrom(...SLUGS),
      state: fc.integer({ min: 0, max: 5 }),
      orderId: fc.constantFrom(...ORDERS),
      copy: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ slug, state, orderId, copy }) =>
      cobruCallback(
        uuidV5(`${slug}/${state}/${orderId}/${copy}`),
        { url: slug, state, amount: '50000.00', payment_method: 'pse', orderId: 'ORD-9' },
        { orderId },
      ),
    );
}

function cobruAnswer(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      slug: fc.constantFrom(...SLUGS),
      state: fc.option(fc.integer({ min: 0, max: 5 })),
      asOf: fc.bigInt({ min: 0n, max: 20n }),
    })
    .map(({ slug, state, asOf }) =>
      cobruLookup(uuidV5(`lookup/${slug}/${state}/${asOf}`), {
        reference: slug,
        asOf,
        body:
          state === null
            ? null
            : { url: slug, state, amount: 50000, payed_amount: 47605, fee_amount: 2395 },
      }),
    );
}

const TRANSACTIONS = ['t1', 't2', 't3'] as const;
const CHILDREN = ['r1', 'r2', 'r3', 'r4'] as const;

function conomyPayment(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      transaction: fc.constantFrom(...TRANSACTIONS),
      status: fc.constantFrom('PENDING', 'CAPTURED', 'RECEIVED', 'SETTLED', 'UNSETTLED', 'FAILED'),
      batch: fc.constantFrom('batch-1', 'batch-2', null),
      type: fc.constantFrom('PURCHASE', 'PURCHASE', 'WITHDRAWAL_ACCOUNT'),
      copy: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ transaction, status, batch, type, copy }) => {
      const name = `${transaction}/${status}/${batch}/${type}`;
      return conomyWebhook(uuidV5(`${name}/${copy}`), {
        eventType: 'transaction.status_changed',
        timestamp: '2026-04-17T15:30:00Z',
        transaction: {
          id: transaction,
          externalId: `ORD-${transaction}`,
          status,
          totalAmount: '100.00',
          currency: 'ARS',
          type: transaction === 't3' ? type : 'PURCHASE',
          settlementBatchId: batch,
        },
      });
    });
}

/** A refund of a payment of another partition, of two in turn, of one that nobody tells of, or of none. */
function conomyRefund(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      refund: fc.constantFrom(...CHILDREN),
      event: fc.constantFrom('created', 'captured', 'settled', 'failed'),
      second: fc.constantFrom('t1', 't2'),
      copy: fc.integer({ min: 0, max: 2 }),
    })
    .map(({ refund, event, second, copy }) => {
      const parent = { r1: 't1', r2: second, r3: 'nobody', r4: null }[refund];
      return conomyWebhook(uuidV5(`${refund}/${event}/${parent}/${copy}`), {
        eventType: `payment.refund.${event}`,
        timestamp: '2026-04-18T15:30:00Z',
        transaction: {
          id: refund,
          externalId: `ours-${refund}`,
          status: event.toUpperCase(),
          totalAmount: '40.00',
          currency: 'ARS',
          type: 'REFUND',
          parentPaymentId: parent,
        },
      });
    });
}

function conomyCustomer(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      customer: fc.constantFrom('c1', 'c2'),
      level: fc.constantFrom('INACTIVE', 'BASIC', 'STANDARD', 'FULL'),
      second: fc.integer({ min: 10, max: 14 }),
      copy: fc.integer({ min: 0, max: 1 }),
    })
    .map(({ customer, level, second, copy }) =>
      conomyWebhook(uuidV5(`${customer}/${level}/${second}/${copy}`), {
        eventType: 'customer.levelChanged',
        timestamp: `2026-04-17T15:42:${second}Z`,
        customer: { id: customer, operationLevel: level, autoCreated: true, documentsCount: 1 },
      }),
    );
}

function mintcashSubscription(): fc.Arbitrary<LogRecord> {
  return fc
    .record({
      subscription: fc.constantFrom('s1', 's2'),
      event: fc.constantFrom('succeeded', 'payment_failed', 'payment_succeeded', 'cancelled'),
      second: fc.integer({ min: 10, max: 14 }),
      copy: fc.integer({ min: 0, max: 1 }),
    })
    .map(({ subscription, event, second, copy }) => {
      const name = `${subscription}/${event}/${second}`;
      return mintcashWebhook(uuidV5(`${name}/${copy}`), {
        eventId: uuidV5(name),
        event: `subscription.${event}`,
        type: 'subscription',
        environment: 'test',
        createdAt: `2026-06-30T15:41:${second}.000Z`,
        data: { id: subscription, externalId: 'sub-1', amount: 25, currency: 'USD' },
      });
    });
}
