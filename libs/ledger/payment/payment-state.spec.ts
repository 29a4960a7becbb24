import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FLAGS } from './flag.js';
import { noDetails, type LookupFact, type PaymentFact } from './payment-fact.js';
import { PAYMENT_KINDS } from './payment-kind.js';
import {
  emptyPayment,
  isOutstanding,
  withAttribution,
  withClaim,
  withConflict,
  withFact,
  withLookup,
  type PaymentState,
} from './payment-state.js';
import { PAYMENT_STATUSES, type PaymentStatus } from './payment-status.js';
import { viewPayment } from './payment-view.js';

const usd = (minor: bigint) => ({ minor, currency: 'USD', exponent: 2 });

function fact(status: PaymentStatus, over: Partial<PaymentFact> = {}): PaymentFact {
  return {
    ...noDetails,
    factId: `fact-${status}`,
    trust: 'signed',
    status,
    rank: PAYMENT_STATUSES.indexOf(status),
    amount: usd(2500n),
    orderId: 'ORD-1',
    ...over,
  };
}

function lookup(asOf: bigint, found: PaymentFact | null): LookupFact {
  return { factId: `lookup-${asOf}`, asOf, askedAt: '2026-11-22T00:00:00.000Z', found };
}

const facts: fc.Arbitrary<PaymentFact> = fc
  .record({
    status: fc.constantFrom(...PAYMENT_STATUSES),
    factId: fc.uuid(),
    second: fc.integer({ min: 10, max: 14 }),
    amount: fc.option(fc.bigInt({ min: 1n, max: 5n })),
    refunded: fc.option(fc.bigInt({ min: 0n, max: 5n })),
    currency: fc.constantFrom('USD', 'MXN'),
    expected: fc.option(fc.bigInt({ min: 1n, max: 5n }).map(usd)),
    attempt: fc.constantFrom(null, 'try-1', 'try-2', 'try-3'),
    refund: fc.option(
      fc.record({
        refundId: fc.constantFrom('r1', 'r2'),
        status: fc.constantFrom('pending' as const, 'failed' as const, 'succeeded' as const),
        amount: fc.constantFrom(usd(1n), usd(2n)),
        failureCode: fc.constant(null),
      }),
    ),
    orderId: fc.constantFrom('ORD-1', 'ORD-2', null),
    kind: fc.constantFrom(...PAYMENT_KINDS),
    parent: fc.constantFrom('a/transaction/1', 'a/transaction/2', null),
    settlementBatch: fc.constantFrom('batch-1', 'batch-2', null),
    clientReference: fc.constantFrom('ours-1', 'ours-2', null),
    marks: fc.subarray([...FLAGS]),
  })
  .map(({ status, second, amount, refunded, currency, ...rest }) =>
    fact(status, {
      ...rest,
      occurredAt: `2026-01-01T00:00:${second}.000Z`,
      amount: amount === null ? null : usd(amount),
      refundedTotal: refunded === null ? null : { ...usd(refunded), currency },
    }),
  );

type Join = (state: PaymentState) => PaymentState;

const joins: fc.Arbitrary<Join> = fc.oneof(
  facts.map(
    (one): Join =>
      (state) =>
        withFact(state, one),
  ),
  fc.tuple(fc.bigInt({ min: 0n, max: 3n }), fc.option(facts)).map(
    ([asOf, found]): Join =>
      (state) =>
        withLookup(state, { ...lookup(asOf, found), factId: found?.factId ?? `none-${asOf}` }),
  ),
  fc
    .record({ orderId: fc.constantFrom('A', 'B', 'C'), strength: fc.integer({ min: 0, max: 4 }) })
    .map(
      (attribution): Join =>
        (state) =>
          withAttribution(state, attribution),
    ),
  fc.constant<Join>(withConflict),
);

describe('the join of a payment', () => {
  it('ends in the same view for any order and any duplication', () => {
    fc.assert(
      fc.property(
        fc
          .array(joins, { maxLength: 12 })
          .chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
            ),
          ),
        ([list, shuffled]) => {
          const run = (steps: readonly Join[]) =>
            viewPayment(steps.reduce((state, join) => join(state), emptyPayment));
          expect(run(shuffled)).toEqual(run(list));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('lets the highest rank win, whatever comes last', () => {
    const state = [fact('succeeded'), fact('pending'), fact('created')].reduce(
      withFact,
      emptyPayment,
    );
    expect(viewPayment(state).status).toBe('succeeded');
  });

  it('lets a later lookup take back what an earlier one said', () => {
    const paid = withLookup(emptyPayment, lookup(1n, fact('succeeded')));
    const unpaid = withLookup(paid, lookup(2n, fact('pending')));
    expect(viewPayment(unpaid).status).toBe('pending');
    expect(viewPayment(withLookup(unpaid, lookup(1n, fact('succeeded')))).status).toBe('pending');
  });

  it('keeps what a lookup found when a later one does not know the payment', () => {
    const paid = withLookup(emptyPayment, lookup(1n, fact('succeeded')));
    expect(viewPayment(withLookup(paid, lookup(2n, null))).status).toBe('succeeded');
    expect(
      viewPayment(
        withLookup(withLookup(emptyPayment, lookup(2n, null)), lookup(1n, fact('succeeded'))),
      ).status,
    ).toBe('succeeded');
  });

  it('sums no refund of another currency, and flags it', () => {
    const amount = { minor: 400n, currency: 'MXN', exponent: 2 };
    const refund = { refundId: 'r1', status: 'succeeded' as const, amount, failureCode: null };
    const state = withFact(emptyPayment, fact('succeeded', { refund }));
    expect(viewPayment(state)).toMatchObject({
      status: 'succeeded',
      refunded: null,
      flags: ['mismatch'],
    });
  });

  it('counts the highest running total of refunds once', () => {
    const state = [
      fact('succeeded'),
      fact('partially_refunded', { refundedTotal: usd(1000n) }),
      fact('partially_refunded', { factId: 'again', refundedTotal: usd(500n) }),
    ].reduce(withFact, emptyPayment);
    expect(viewPayment(state)).toMatchObject({
      status: 'partially_refunded',
      refunded: usd(1000n),
    });
  });

  it('sums refunds by their ids', () => {
    const refund = (refundId: string) => ({
      refundId,
      status: 'succeeded' as const,
      amount: usd(1250n),
      failureCode: null,
    });
    const state = [
      fact('succeeded', { factId: 'a', refund: refund('r1') }),
      fact('succeeded', { factId: 'b', refund: refund('r1') }),
      fact('succeeded', { factId: 'c', refund: refund('r2') }),
    ].reduce(withFact, emptyPayment);
    expect(viewPayment(state)).toMatchObject({ status: 'refunded', refunded: usd(2500n) });
  });

  it('flags a payment that succeeded after it expired as late', () => {
    const state = [fact('succeeded'), fact('expired', { rank: 1 })].reduce(withFact, emptyPayment);
    expect(viewPayment(state)).toMatchObject({ status: 'succeeded', flags: ['late'] });
  });

  it('flags facts that disagree about what came, or about what was asked for', () => {
    for (const status of ['pending', 'succeeded'] as const) {
      const again = fact(status, { factId: 'again', amount: usd(1n) });
      const state = [fact(status), again].reduce(withFact, emptyPayment);
      expect(viewPayment(state).flags).toEqual(['mismatch']);
    }
  });

  it('keeps totals of refunds apart by currency, and flags one of another currency', () => {
    const pesos = { minor: 900_000n, currency: 'MXN', exponent: 2 };
    const state = [
      fact('partially_refunded', { refundedTotal: pesos }),
      fact('succeeded', { refundedTotal: usd(700n) }),
    ].reduce(withFact, emptyPayment);
    expect(viewPayment(state)).toMatchObject({
      status: 'partially_refunded',
      refunded: usd(700n),
      flags: ['mismatch'],
    });
  });
});

describe('what was asked for', () => {
  const viewOf = (...told: readonly PaymentFact[]) =>
    viewPayment(told.reduce(withFact, emptyPayment));

  it.each([
    [2_000n, -500n, ['underpaid']],
    [2_500n, 0n, []],
    [3_100n, 600n, ['overpaid']],
  ])('is held against %s that came', (minor, difference, flags) => {
    const inOrder = [fact('pending'), fact('succeeded', { amount: usd(minor) })];
    for (const told of [inOrder, inOrder.toReversed()]) {
      expect(viewOf(...told)).toMatchObject({
        amount: usd(minor),
        expected: usd(2_500n),
        difference: usd(difference),
        flags,
      });
    }
  });

  it('is told while nothing has come, without a difference', () => {
    expect(viewOf(fact('pending'))).toMatchObject({ expected: usd(2_500n), difference: null });
    const failed = viewOf(fact('pending'), fact('failed', { amount: usd(1n) }));
    expect(failed.difference).toBeNull();
  });

  it('is the first promise, or what the provider states beside what came', () => {
    const came = fact('succeeded', { amount: usd(2_000n) });
    const promises = [fact('created'), fact('authorized', { amount: usd(2_400n) })];
    expect(viewOf(came, ...promises).expected).toEqual(usd(2_500n));
    const stated = { ...came, expected: usd(2_600n) };
    expect(viewOf(stated, ...promises).difference).toEqual(usd(-600n));
  });

  it('in another currency is a mismatch, not a difference', () => {
    const asked = { minor: 2_500n, currency: 'EUR', exponent: 2 };
    expect(viewOf(fact('pending', { amount: asked }), fact('succeeded'))).toMatchObject({
      amount: usd(2_500n),
      expected: null,
      difference: null,
      flags: ['mismatch'],
    });
  });

  it('of money that came and could not be applied is told, too', () => {
    const unsettled = fact('failed', { amount: usd(100n), marks: ['unsettled', 'underpaid'] });
    expect(viewOf(fact('pending'), unsettled)).toMatchObject({
      status: 'failed',
      difference: usd(-2_400n),
      flags: ['unsettled', 'underpaid'],
    });
  });

  it('is nothing that money which goes out can fall short of', () => {
    const kind = 'withdrawal';
    const states = [fact('pending', { kind }), fact('succeeded', { kind, amount: usd(2_000n) })];
    expect(viewOf(...states)).toMatchObject({ expected: null, difference: null });
    expect(viewOf(...states).flags).toEqual(['mismatch']);
  });
});

describe('a claim', () => {
  const claim = {
    deliveryId: 'd1',
    status: 'succeeded' as const,
    amount: usd(2500n),
    position: 5n,
    recordedAt: '2026-11-22T00:00:00.000Z',
  };

  it('moves what is reported and never the status', () => {
    const state = withClaim(withFact(emptyPayment, fact('pending')), claim);
    expect(viewPayment(state)).toMatchObject({ status: 'pending', reported: 'succeeded' });
  });

  it('is settled by a lookup as of its position, not by an older one', () => {
    const claimed = withClaim(emptyPayment, claim);
    expect(isOutstanding(withLookup(claimed, lookup(4n, null)))).toBe(true);
    expect(isOutstanding(withLookup(claimed, lookup(5n, null)))).toBe(false);
  });

  it('keeps its place in the queue however often it is repeated', () => {
    const again = { ...claim, position: 6n, recordedAt: '2026-11-22T00:01:00.000Z' };
    const twice = withClaim(withClaim(emptyPayment, claim), again);
    expect(twice.claim?.since).toBe(claim.recordedAt);
    const answered = withLookup(withClaim(emptyPayment, claim), lookup(5n, null));
    expect(withClaim(answered, again).claim?.since).toBe(again.recordedAt);
  });

  it('goes by arrival: the later position speaks', () => {
    const later = { ...claim, status: 'failed' as const, position: 6n };
    expect(viewPayment(withClaim(withClaim(emptyPayment, claim), later)).reported).toBe('failed');
    expect(viewPayment(withClaim(withClaim(emptyPayment, later), claim)).reported).toBe('failed');
  });
});

describe('an attribution', () => {
  it('goes to the strongest evidence, and equal evidence for two orders is a conflict', () => {
    const weak = withAttribution(emptyPayment, { orderId: 'A', strength: 1 });
    const strong = withAttribution(weak, { orderId: 'Z', strength: 2 });
    expect(viewPayment(strong)).toMatchObject({ orderId: 'Z', flags: [] });
    const rival = withAttribution(strong, { orderId: 'B', strength: 2 });
    expect(viewPayment(rival)).toMatchObject({ orderId: 'B', flags: ['conflict'] });
  });
});
