import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { emptyPayment, withFact } from '#ledger/payment/payment-state.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import type { ProviderEvent } from '../provider.js';
import { mintcash } from './mintcash.js';

/** The documented state machines: whence where to. */
const PAYMENT_MOVES: Readonly<Record<string, readonly string[]>> = {
  created: ['pending', 'authorized', 'succeeded', 'failed'],
  pending: ['authorized', 'succeeded', 'failed'],
  authorized: ['succeeded', 'failed', 'voided'],
  succeeded: ['refunded', 'partially_refunded', 'voided'],
  partially_refunded: ['refunded', 'partially_refunded', 'voided'],
};
const SUBSCRIPTION_MOVES: Readonly<Record<string, readonly string[]>> = {
  created: ['pending', 'active', 'failed'],
  pending: ['active', 'failed'],
  active: ['past_due', 'cancelled'],
  past_due: ['active', 'cancelled'],
};

/** A way through a state machine, from its beginning to anywhere. */
function walks(moves: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<string[]> {
  return fc.array(fc.nat(), { maxLength: 10 }).map((choices) => {
    const walk = ['created'];
    for (const choice of choices) {
      const next = moves[walk.at(-1) ?? ''] ?? [];
      if (next.length > 0) walk.push(next[choice % next.length] ?? '');
    }
    return walk;
  });
}

/** The events of a life cycle, told late, twice and in any order. */
function deliveries<T>(events: readonly T[]): fc.Arbitrary<T[]> {
  return fc
    .array(fc.constantFrom(...events), { maxLength: 6 })
    .chain((again) =>
      fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }),
    );
}

function eventOf(body: object): ProviderEvent {
  const extraction = mintcash.extractWebhook({
    account: { id: 'mintcash', provider: 'mintcash', environment: 'test', sources: [], api: null },
    route: 'mintcash',
    body: Buffer.from(JSON.stringify(body)),
    contentType: null,
    query: {},
  });
  if (!extraction.readable || extraction.subject === null) throw new Error('It has no subject.');
  const observation: Observation = {
    id: '0197c0de-0000-7000-8000-000000000001',
    kind: 'webhook',
    account: 'mintcash',
    route: 'mintcash',
    subject: subjectKey(extraction.subject) ?? '',
    receivedAtMs: 0,
    schema: mintcash.schemas.webhook,
    verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: null,
    bodyDigest: 'd1:digest',
    traceparent: null,
    lookup: null,
    value: extraction.value,
    sealed: null,
  };
  const interpretation = mintcash.interpret(observation, 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

function timeOf(index: number): string {
  return new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
}

describe('a MintCash life cycle', () => {
  it('of a payment ends in its last state, with all that was given back, however it is told', () => {
    const lives = walks(PAYMENT_MOVES).chain((walk) => {
      const refunded = (upTo: number) =>
        walk.slice(0, upTo + 1).filter((name) => name === 'partially_refunded').length;
      const events = walk.map((name, index) =>
        eventOf({
          eventId: `e-${index}`,
          event: `payment.${name}`,
          createdAt: timeOf(index),
          data: {
            id: 'pay-1',
            externalId: 'order-1',
            amount: 100,
            currency: 'USD',
            amountRefunded: name === 'refunded' ? 100 : refunded(index),
          },
        }),
      );
      return fc.tuple(fc.constant(walk), deliveries(events));
    });
    fc.assert(
      fc.property(lives, ([walk, told]) => {
        const state = told.reduce((before, { tells, dedupeId }) => {
          if (tells.about !== 'payment' || tells.fact === null) throw new Error('No payment.');
          return withFact(before, { ...tells.fact, factId: dedupeId, trust: 'signed' });
        }, emptyPayment);
        const last = walk.at(-1);
        const partial = walk.filter((name) => name === 'partially_refunded').length;
        const dollars = last === 'refunded' ? 100 : partial;
        expect(viewPayment(state)).toMatchObject({
          status: last === 'voided' ? 'cancelled' : last,
          refunded: dollars === 0 ? null : { minor: BigInt(dollars) * 100n },
          orderId: 'order-1',
        });
      }),
      { numRuns: 500 },
    );
  });

  it('of a subscription ends in its last state, by either spelling, however it is told', () => {
    const lives = fc
      .tuple(walks(SUBSCRIPTION_MOVES), fc.boolean(), fc.boolean())
      .chain(([walk, isLong, isStated]) => {
        const events = walk.map((status, index) =>
          eventOf({
            eventId: `e-${index}`,
            event: `subscription.${eventNameOf(status, isLong)}`,
            createdAt: timeOf(index),
            data: { id: 'sub-1', ...(isStated || status === 'failed' ? { status } : {}) },
          }),
        );
        return fc.tuple(fc.constant(walk), deliveries(events));
      });
    fc.assert(
      fc.property(lives, ([walk, told]) => {
        const facts = told.map(({ tells }) => {
          if (tells.about !== 'subscription') throw new Error('No subscription.');
          return tells.fact;
        });
        const newest = facts.reduce((a, b) => (isNewer(b, a) ? b : a));
        const last = walk.at(-1);
        expect(newest.status).toBe(last === 'created' ? 'pending' : last);
      }),
      { numRuns: 500 },
    );
  });
});

/** A charge that went through or failed stands for the state, unless the data names it. */
function eventNameOf(status: string, isLong: boolean): string {
  const prefix = isLong ? 'payment_' : '';
  if (status === 'active') return `${prefix}succeeded`;
  return status === 'past_due' ? `${prefix}failed` : status;
}

/** As the read model has it: rank, then the provider's time. */
function isNewer(
  a: { readonly rank: number; readonly occurredAt: string | null },
  b: { readonly rank: number; readonly occurredAt: string | null },
): boolean {
  return a.rank === b.rank ? (a.occurredAt ?? '') > (b.occurredAt ?? '') : a.rank > b.rank;
}
