import fc from 'fast-check';
import { uuidV5 } from '#events/uuid.js';
import type { LogRecord } from '#events/record.js';
import { cobruCallback, cobruLookup, mintcashWebhook } from './observe.js';

/** Records of a few payments of both providers, as a log could hold them, in any order. */
export function paymentStream(): fc.Arbitrary<readonly LogRecord[]> {
  return fc
    .array(fc.oneof(mintcashEvent(), cobruClaim(), cobruAnswer()), { minLength: 1, maxLength: 60 })
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
