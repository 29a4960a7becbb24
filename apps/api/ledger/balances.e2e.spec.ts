import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, type Answer } from '../../../test/harness/http-answer.js';
import {
  ars,
  CLEARING,
  insertBooks,
  MERCHANT,
  PAYMENT_ID,
  REFUND_ID,
  walkList,
} from '../../../test/harness/ledger-books.js';
import { postEvents, transfer } from '../../../test/harness/ledger-rows.js';
import type { Values } from '../../../test/harness/read-model-rows.js';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await insertBooks(api);
});

afterAll(() => api.stop());

describe('a balance', () => {
  const clearing = `/v1/ledger/balances?account=${CLEARING}&layer=posted`;

  it('is the sum of its entries, debits less credits', async () => {
    const { body } = await get(clearing);
    expect(body['items']).toEqual([
      {
        account: CLEARING,
        class: 'assets',
        normalSide: 'debit',
        layer: 'posted',
        debits: ars('150.00', '15000'),
        credits: ars('28.40', '2840'),
        balance: ars('121.60', '12160'),
        entryCount: 5,
      },
    ]);
    expect(body['nextPageToken']).toBe('');
  });

  it('as at a day takes a refund in that is learnt of later, but not as known on that day', async () => {
    // The refund counts on the 2nd and was recorded on the 5th.
    expect(await balanceOf(`${clearing}&asAt=2026-10-02`)).toBe('72.00');
    expect(await balanceOf(`${clearing}&asAt=2026-10-02&asKnownAt=2026-10-02`)).toBe('97.00');
    expect(await balanceOf(`${clearing}&asAt=2026-10-02&asKnownAt=2026-10-04`)).toBe('97.00');
    expect(await balanceOf(`${clearing}&asAt=2026-10-02&asKnownAt=2026-10-05`)).toBe('72.00');
    expect(await balanceOf(`${clearing}&asKnownAt=2026-10-04`)).toBe('146.60');
  });

  it('is right to the millisecond within a day, on both clocks', async () => {
    expect(await balanceOf(`${clearing}&asAt=2026-10-02T11:59:59.999Z`)).toBe('97.00');
    expect(await balanceOf(`${clearing}&asAt=2026-10-02T12:00:00Z`)).toBe('72.00');
    expect(await balanceOf(`${clearing}&asKnownAt=2026-10-05T08:59:59.999Z`)).toBe('146.60');
    expect(await balanceOf(`${clearing}&asKnownAt=2026-10-05T09:00Z`)).toBe('121.60');
    expect(await balanceOf(`${clearing}&asAt=2026-10-01T10:00:00Z`)).toBe('97.00');
    expect(await balanceOf(`${clearing}&asAt=2026-10-01T09:59:59.999Z`)).toBeUndefined();
    expect(await balanceOf(`${clearing}&asAt=2026-10-02T13:00:00%2B01:00`)).toBe('72.00');
  });

  it('of a prefix is that of every account below it, by whole segments', async () => {
    expect(await accountsOf('/v1/ledger/balances?accountPrefix=assets')).toEqual([
      'assets:provider:cobru-test posted COP',
      `${CLEARING} pending ARS`,
      `${CLEARING} posted ARS`,
    ]);
    expect(await accountsOf('/v1/ledger/balances?accountPrefix=assets:provider:conomy')).toEqual(
      [],
    );
    expect(await accountsOf('/v1/ledger/balances?accountPrefix=suspense:')).toHaveLength(1);
    expect(await accountsOf('/v1/ledger/balances?currency=COP')).toHaveLength(2);
  });

  it('of a payment or an order takes in the refunds that have ids of their own', async () => {
    for (const filter of [`paymentId=${PAYMENT_ID}`, 'orderId=ORD-1']) {
      const path = `/v1/ledger/balances?${filter}`;
      expect(await balanceOf(`${path}&account=${CLEARING}`)).toBe('72.00');
      expect(await balanceOf(`${path}&account=${MERCHANT}`)).toBe('-75.00');
      expect(await balanceOf(`${path}&account=${CLEARING}&asKnownAt=2026-10-04`)).toBe('97.00');
    }
    expect(await balanceOf(`/v1/ledger/balances?paymentId=${REFUND_ID}&account=${MERCHANT}`)).toBe(
      '25.00',
    );
    expect(await accountsOf(`/v1/ledger/balances?paymentId=${PAYMENT_ID}&orderId=ORD-2`)).toEqual(
      [],
    );
    expect(await accountsOf('/v1/ledger/balances?orderId=none')).toEqual([]);
  });

  it('is exact beyond what a float holds', async () => {
    const { body } = await get('/v1/ledger/balances?account=assets:provider:cobru-test');
    expect(body['items']).toMatchObject([{ balance: { minorUnits: '9007199254740993000' } }]);
  });

  it('is walked page by page without gap or repetition', async () => {
    const whole = await accountsOf('/v1/ledger/balances');
    expect(await walk('/v1/ledger/balances?pageSize=2', nameOf)).toEqual(whole);
    expect(whole).toHaveLength(8);
  });
});

describe('balances of random books', () => {
  it('are what adding up their entries gives, at any two times', async () => {
    const account = 'assets:provider:random';
    const startMs = Date.parse('2025-03-01T00:00:00.000Z');
    const at = fc
      .integer({ min: 0, max: 4 * 24 * 60 })
      .map((minutes) => new Date(startMs + minutes * 60_000).toISOString());
    const entries = fc.sample(fc.record({ at, knownAt: at, minor: fc.bigInt(1n, 1_000n) }), 120);
    const ordered = entries.toSorted((a, b) => (a.knownAt < b.knownAt ? -1 : 1));
    await postEvents(
      api.database,
      ordered.map((entry, n) => ({
        subject: `random/payment/${n}`,
        name: 'paid',
        recordedAt: entry.knownAt,
        lines: transfer([account, 'liabilities:random'], entry.minor, {
          effectiveAt: entry.at,
          currency: 'MXN',
        }),
      })),
      2,
    );
    await fc.assert(
      fc.asyncProperty(fc.option(at), fc.option(at), async (asAt, asKnownAt) => {
        const expected = entries
          .filter((one) => (asAt ?? '9') >= one.at && (asKnownAt ?? '9') >= one.knownAt)
          .reduce((sum, { minor }) => sum + minor, 0n);
        const times = new URLSearchParams({ account });
        if (asAt !== null) times.set('asAt', asAt);
        if (asKnownAt !== null) times.set('asKnownAt', asKnownAt);
        const { body } = await get(`/v1/ledger/balances?${times.toString()}`);
        const [found] = body['items'] as readonly { balance: { minorUnits: string } }[];
        expect(found?.balance.minorUnits ?? '0').toBe(expected.toString());
      }),
      { numRuns: 60 },
    );
  });
});

describe('the trial balance', () => {
  it('has debits equal to credits in every currency, at any time', async () => {
    for (const times of ['', '?asAt=2026-10-02', '?asKnownAt=2026-10-04', '?layer=pending']) {
      const { body } = await get(`/v1/ledger/trial-balance${times}`);
      expect(body['isBalanced']).toBe(true);
      const totals = body['totals'] as readonly Values[];
      expect(totals.length).toBeGreaterThan(0);
      for (const { debit, credit } of totals) expect(debit).toEqual(credit);
    }
  });

  it('shows each account on the side of its balance', async () => {
    const { body } = await get('/v1/ledger/trial-balance?asAt=2026-10-31');
    const lines = body['lines'] as readonly Values[];
    expect(lines).toContainEqual({
      account: CLEARING,
      class: 'assets',
      currency: 'ARS',
      debit: ars('121.60', '12160'),
      credit: null,
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ account: MERCHANT, debit: null, credit: ars('125.00', '12500') }),
    );
    expect(body['totals']).toContainEqual({
      currency: 'ARS',
      debit: ars('125.00', '12500'),
      credit: ars('125.00', '12500'),
      isBalanced: true,
    });
  });
});

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

async function balanceOf(path: string): Promise<string | undefined> {
  const { body } = await get(path);
  const items = body['items'] as readonly { balance: { amount: string } }[];
  expect(items.length).toBeLessThan(2);
  return items[0]?.balance.amount;
}

function nameOf(item: Values): string {
  const { currency } = item['balance'] as unknown as { currency: string };
  return `${String(item['account'])} ${String(item['layer'])} ${currency}`;
}

async function accountsOf(path: string): Promise<readonly string[]> {
  const { body } = await get(path);
  return (body['items'] as readonly Values[]).map(nameOf);
}

async function walk(path: string, pick: (item: Values) => string): Promise<readonly string[]> {
  return walkList(api, path, pick);
}
