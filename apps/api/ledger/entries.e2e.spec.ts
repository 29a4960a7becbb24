import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePosition } from '#events/position.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import {
  ars,
  CLEARING,
  EVENTS,
  insertBooks,
  MERCHANT,
  OTHER,
  OTHER_ID,
  PAYMENT_ID,
  REFUND,
  REFUND_ID,
  walkList,
} from '../../../test/harness/ledger-books.js';
import { eventIdOf, observationIdOf, postEvents } from '../../../test/harness/ledger-rows.js';
import type { Values } from '../../../test/harness/read-model-rows.js';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await insertBooks(api);
});

afterAll(() => api.stop());

describe('entries', () => {
  it('come by the time that they count at, without gap or repetition', async () => {
    const path = '/v1/ledger/entries?accountPrefix=assets:provider:conomy-test';
    const times = await walk(`${path}&pageSize=1`, ({ effectiveAt }) => String(effectiveAt));
    const ids = await walk(`${path}&pageSize=2`, ({ entryId }) => String(entryId));
    expect(times).toEqual(times.toSorted());
    expect(times).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  it('are those of an account, a payment, an order, an event, a span of days', async () => {
    const count = async (filter: string): Promise<number> =>
      ((await get(`/v1/ledger/entries?${filter}`)).body['items'] as readonly unknown[]).length;
    expect(await count(`paymentId=${PAYMENT_ID}`)).toBe(6);
    expect(await count(`orderId=ORD-1&account=${MERCHANT}`)).toBe(2);
    expect(await count(`eventId=${eventIdOf(OTHER, 'paid')}`)).toBe(4);
    expect(await count(`eventId=${PAYMENT_ID}`)).toBe(0);
    expect(await count(`paymentId=${OTHER_ID}&layer=pending`)).toBe(2);
    expect(await count('from=2026-10-02&to=2026-10-02')).toBe(4);
    expect(await count('from=2026-10-02T12:00:01Z&to=2026-10-03&currency=ARS')).toBe(2);
  });

  it('lead to the record of the log that caused them, and how it proved itself', async () => {
    const { body } = await get(`/v1/ledger/entries?paymentId=${REFUND_ID}&account=${MERCHANT}`);
    const [entry] = body['items'] as readonly Values[];
    const found = await get(`/v1/ledger/entries/${String(entry?.['entryId'])}`);

    expect(found.body).toMatchObject({
      ...entry,
      side: 'debit',
      amount: ars('25.00', '2500'),
      orderId: null,
      href: `/v1/refunds/${REFUND_ID}`,
      trailHref: `/v1/refunds/${REFUND_ID}/trail`,
      record: {
        observationId: observationIdOf(REFUND, 'refunded'),
        eventId: entry?.['eventId'],
        partition: 1,
        position: '3',
        requestId: 'request-3',
        verification: { mode: 'hmac', keyId: 'key-1', verdict: 'verified' },
      },
    });
    expect(found.body['posted']).toHaveLength(2);
    expectProblem(await get(`/v1/ledger/entries/${PAYMENT_ID}`), 404, 'not-found');
  });

  it('stand in the trail behind what caused them', async () => {
    const { body } = await get('/v1/payments/' + PAYMENT_ID + '/trail');
    const timeline = body['timeline'] as readonly Values[];
    expect(timeline.map(({ type }) => type)).toEqual([
      'record',
      ...Array.from({ length: 4 }, () => 'entry'),
      'record',
      'entry',
      'entry',
    ]);
    expect(timeline.at(-1)).toMatchObject({
      account: CLEARING,
      side: 'credit',
      eventId: eventIdOf(REFUND, 'refunded'),
      effectiveAt: '2026-10-02T12:00:00.000Z',
    });
  });
});

describe('open items', () => {
  it('tell how much of a clearing account has cleared, and how old the rest is', async () => {
    const { body } = await get('/v1/ledger/clearing?account=conomy-test');
    expect(body['items']).toEqual([
      {
        account: 'conomy-test',
        ledgerAccount: CLEARING,
        currency: 'ARS',
        received: ars('150.00', '15000'),
        cleared: ars('28.40', '2840'),
        outstanding: ars('121.60', '12160'),
        clearedPercent: 18.93,
        oldestAt: '2026-10-01T10:00:00.000Z',
        buckets: [0, 1, 3, 7, 30].map((daysMin) => expect.objectContaining({ daysMin })),
      },
    ]);
    const [{ buckets = [] } = {}] = body['items'] as readonly {
      buckets?: readonly { paymentCount: number; outstanding: { minorUnits: string } }[];
    }[];
    expect(buckets.reduce((sum, { paymentCount }) => sum + paymentCount, 0)).toBe(2);
    expect(buckets.reduce((sum, one) => sum + Number(one.outstanding.minorUnits), 0)).toBe(12_160);
  });

  it('name the payments that make it up, refunds counted in, oldest first', async () => {
    const path = '/v1/ledger/clearing/conomy-test/payments';
    const { body } = await get(path);
    expect(body['items']).toMatchObject([
      { paymentId: PAYMENT_ID, orderId: 'ORD-1', outstanding: ars('72.00', '7200') },
      { paymentId: OTHER_ID, orderId: 'ORD-2', outstanding: ars('49.60', '4960') },
    ]);
    const ids = await walk(`${path}?pageSize=1`, ({ paymentId }) => String(paymentId));
    expect(ids).toEqual([PAYMENT_ID, OTHER_ID]);
  });

  it('of suspense have a reason, an age and a payment', async () => {
    const { body } = await get('/v1/ledger/suspense');
    expect(body['items']).toMatchObject([
      {
        account: 'conomy-test',
        reason: 'unexplained-cost',
        amount: ars('0.40', '40'),
        paymentId: OTHER_ID,
        orderId: 'ORD-2',
        since: '2026-10-04T08:00:00.000Z',
      },
    ]);
    expect(Number((body['items'] as readonly Values[])[0]?.['ageSeconds'])).toBeGreaterThan(0);
  });
});

describe('the ledger', () => {
  it('lists its accounts with their class, side and currencies', async () => {
    const names = await walk('/v1/ledger/accounts?pageSize=2', ({ account }) => String(account));
    expect(new Set(names).size).toBe(names.length);
    const { body } = await get('/v1/ledger/accounts');
    expect(body['items']).toContainEqual({
      account: MERCHANT,
      class: 'liabilities',
      normalSide: 'credit',
      currencies: ['ARS', 'COP'],
    });
    expect(names).toEqual((body['items'] as readonly Values[]).map(({ account }) => account));
  });

  it.each([
    'balances?asAt=2026-02-30',
    'statement?from=2026-10-01',
    'export?format=xml',
    'balances?asAt=yesterday',
    'balances?asAt=2026-10-01T10:00:00',
    'balances?asAt=0000-00-00',
    'trial-balance?asKnownAt=1',
    'trial-balance?layer=other',
    'entries?from=x',
    'entries?eventId=x',
    'entries/x',
  ])('refuses %s as a parameter that is not valid', async (path) => {
    expectProblem(await get(`/v1/ledger/${path}`), 400, 'invalid-parameter');
  });

  it('is read with the scope `read` alone', async () => {
    const paths = [
      'accounts',
      'balances',
      'trial-balance',
      'entries',
      'clearing',
      'suspense',
      'export',
    ];
    for (const path of [
      ...paths,
      'statement?account=a',
      'clearing/a/payments',
      `entries/${PAYMENT_ID}`,
    ]) {
      const url = `/v1/ledger/${path}`;
      expectProblem(await ask(api, url, { token: null }), 401, 'unauthenticated');
      expectProblem(await ask(api, url, { token: TOKENS.operate }), 403, 'forbidden');
    }
  });
});

describe('the books as a whole', () => {
  const from = (next: readonly bigint[]): string => encodePosition({ logId: api.log.logId, next });

  beforeAll(async () => {
    await api.database.query(
      `update ops.checkpoints set next_position = 100 where (version, generation) in
         (select version, generation from ops.generations where status = 'live')`,
    );
  });

  it('are exported the same each time for one position, whatever is booked later', async () => {
    const path = `/v1/ledger/export?format=jsonl&asOfPosition=${from([0n, 3n, 0n])}`;
    const before = await text(path);
    // The refund is the record at position 3, so it is not in.
    const rows = before
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Values);
    expect(rows).toHaveLength(10);
    expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, n) => String(n + 1)));
    const [later] = EVENTS;
    if (later !== undefined) await postEvents(api.database, [{ ...later, name: 'later' }], 1);
    expect(await text(path)).toBe(before);
    expect((await text(path.replace('jsonl', 'csv'))).split('\r\n')).toHaveLength(12);
    const { body } = await get(path.replace('jsonl', 'json'));
    expect(body['items']).toEqual(rows);
  });

  it('are told of an account from what there was to what there is', async () => {
    const span = 'from=2026-10-02&to=2026-10-04';
    const position = from([0n, 4n, 0n]);
    const path = `/v1/ledger/statement?account=${CLEARING}&${span}&asOfPosition=${position}`;
    const { body, headers } = await get(path);
    const items = body['items'] as readonly Values[];

    expect(headers.get('x-cuadre-position')).toBe(position);
    expect(items.map(({ type, balance }) => `${String(type)} ${String(balance)}`)).toEqual([
      'opening 97.00',
      'entry 72.00',
      'entry 122.00',
      'entry 121.60',
      'closing 121.60',
    ]);
    const csv = await text(`${path}&format=csv`);
    expect(csv.split('\r\n')[0]).toMatch(/^type,effectiveAt,account,currency,debit,credit,/);
  });

  it('name the position that they were read at, which gives them again', async () => {
    const { body, headers } = await get('/v1/ledger/export?to=2026-10-03');
    const position = String(headers.get('x-cuadre-position'));
    const again = await get(`/v1/ledger/export?to=2026-10-03&asOfPosition=${position}`);
    expect(again.body).toEqual({ ...body, position });
    expectProblem(await get('/v1/ledger/export?asOfPosition=x'), 400, 'malformed-position');
    expectProblem(
      await get(`/v1/ledger/export?asOfPosition=${from([0n, 101n, 0n])}`),
      503,
      'not-caught-up',
    );
  });
});

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

async function text(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${TOKENS.read}` };
  const response = await fetch(`${api.url}${path}`, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

async function walk(path: string, pick: (item: Values) => string): Promise<readonly string[]> {
  return walkList(api, path, pick);
}
