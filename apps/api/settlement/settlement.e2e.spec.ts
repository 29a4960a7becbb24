import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { startApi, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import { insertRows, type Values } from '../../../test/harness/read-model-rows.js';

const ACCOUNT = 'conomy-test';
const BATCH = 'settlement-ARS-1';
const SETTLEMENT_ID = settlementIdOf(ACCOUNT, BATCH);
const LARGE_ID = settlementIdOf('conomy-large', 'large');
const LARGE_COUNT = 130;
const FIRST_AT = '2026-11-20T10:00:00.000Z';
const LAST_AT = '2026-11-21T10:00:00.000Z';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  const ars = { currency: 'ARS', exponent: 2 };
  await insertRows(api.database, 'payments', [
    inBatch('tx-1', {
      ...ars,
      amount_minor: 100_000n,
      fee_minor: 1_500n,
      net_minor: 98_500n,
      first_recorded_at: FIRST_AT,
    }),
    inBatch('tx-2', {
      ...ars,
      status: 'partially_refunded',
      amount_minor: 50_000n,
      fee_minor: 500n,
      net_minor: 49_500n,
      refunded_minor: 20_000n,
    }),
    inBatch('tx-3', { currency: 'CLP', exponent: 0, amount_minor: 7_000n, recorded_at: LAST_AT }),
    inBatch('re-1', { kind: 'refund', ...ars, amount_minor: 3_000n }),
    // Of the other account with the same name of a batch: not the same batch.
    inBatch('tx-9', { account: 'conomy-other', amount_minor: 1n, ...ars }),
    { ...row('tx-10'), settlement_id: null, settlement_batch: null },
    ...Array.from({ length: LARGE_COUNT }, (_, n) =>
      inBatch(`large-${n}`, { account: 'conomy-large', ...ars, amount_minor: 1n }, 'large'),
    ),
    ...Array.from({ length: 120 }, (_, n) =>
      inBatch(`many-${n}`, { account: 'conomy-many', ...ars, amount_minor: 1n }, `many-${n}`),
    ),
  ]);
  await insertRows(api.database, 'refunds', [
    { refund_id: subjectIdOf(subjectOf('re-1')), reference: 're-1', ...ars, amount_minor: 3_000n },
  ]);
});

afterAll(() => api.stop());

describe('a settlement batch', () => {
  it('is summed by currency over the payments that name it, and over no other account', async () => {
    const { status, body } = await get(`/v1/settlements/${SETTLEMENT_ID.toUpperCase()}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      settlementId: SETTLEMENT_ID,
      account: ACCOUNT,
      provider: 'conomy',
      batch: BATCH,
      status: 'reported',
      paymentCount: 3,
      refundCount: 1,
      isCut: false,
    });
    expect(body['totals']).toEqual([
      {
        currency: 'ARS',
        gross: money('1500.00', 'ARS'),
        fee: money('20.00', 'ARS'),
        tax: null,
        net: money('1480.00', 'ARS'),
        refunded: money('200.00', 'ARS'),
        refunds: money('30.00', 'ARS'),
      },
      // What is credited is not stated by every payment, so no sum of it would be true.
      {
        currency: 'CLP',
        gross: money('7000', 'CLP'),
        fee: null,
        tax: null,
        net: null,
        refunded: null,
        refunds: null,
      },
    ]);
    expect(body['statuses']).toEqual(
      expect.arrayContaining([
        { status: 'succeeded', count: 2 },
        { status: 'partially_refunded', count: 1 },
      ]),
    );
  });

  it('is as old as the first record of its payments, by the clock of the database', async () => {
    const { body } = await get(`/v1/settlements/${SETTLEMENT_ID}`);
    const { rows } = await api.database.query<{ age: number }>(
      `select extract(epoch from now() - '${FIRST_AT}'::timestamptz)::float8 as age`,
    );

    expect(body).toMatchObject({ firstRecordedAt: FIRST_AT, lastRecordedAt: LAST_AT });
    const age = Math.max(0, Math.floor(rows[0]?.age ?? Number.NaN));
    expect(Math.abs(Number(body['ageSeconds']) - age)).toBeLessThanOrEqual(5);
  });

  it('shows its payments, which show it', async () => {
    const { body } = await get(`/v1/settlements/${SETTLEMENT_ID}`);
    const payments = body['payments'] as readonly Values[];

    expect(payments.map(({ reference }) => reference).sort()).toEqual(['tx-1', 'tx-2', 'tx-3']);
    expect(payments.map((payment) => payment['settlement'])).toEqual(
      payments.map(() => ({ status: 'reported', settlementId: SETTLEMENT_ID, batch: BATCH })),
    );
    expect(body['refunds']).toMatchObject([{ reference: 're-1' }]);
  });

  it('shows the first hundred payments, counts all, and the list of payments walks all', async () => {
    const { body } = await get(`/v1/settlements/${LARGE_ID}`);
    expect(body).toMatchObject({ paymentCount: LARGE_COUNT, isCut: true });
    expect(body['payments']).toHaveLength(100);

    const seen = await walk(`/v1/payments?settlementId=${LARGE_ID}&pageSize=50`, 'paymentId');
    expect(seen).toHaveLength(LARGE_COUNT);
  });

  it('that no payment names is a 404, and an id of another form a 400', async () => {
    const nobody = '00000000-0000-5000-8000-000000000000';
    expectProblem(await get(`/v1/settlements/${nobody}`), 404, 'not-found');
    expectProblem(await get('/v1/settlements/x'), 400, 'invalid-parameter');
  });

  it('is found by the name that its provider gave it, in every account that has one', async () => {
    const { body } = await get(`/v1/lookup?q=${BATCH}`);
    const items = body['items'] as readonly Values[];

    expect(items).toHaveLength(2);
    expect(items).toContainEqual(
      expect.objectContaining({
        kind: 'settlement',
        settlementId: SETTLEMENT_ID,
        href: `/v1/settlements/${SETTLEMENT_ID}`,
        trailHref: null,
      }),
    );
    const byId = await get(`/v1/lookup?q=${SETTLEMENT_ID}`);
    expect(byId.body['items']).toMatchObject([{ kind: 'settlement' }]);
  });
});

describe('the list of batches', () => {
  it.each([
    ['/v1/settlements?pageSize=7', 123],
    ['/v1/settlements?account=conomy-many&pageSize=50', 120],
    [`/v1/settlements?account=${ACCOUNT}`, 1],
    ['/v1/settlements?account=tonder-test', 0],
  ])('%s walks all without gap or repetition', async (path, count) => {
    const seen = await walk(path, 'settlementId');
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  });

  it('holds a hundred batches a page at most', async () => {
    const { body } = await get('/v1/settlements?pageSize=1000');
    expect(body['items']).toHaveLength(100);
  });

  it('sums each as it is summed by itself', async () => {
    const { body } = await get(`/v1/settlements?account=${ACCOUNT}`);
    const one = await get(`/v1/settlements/${SETTLEMENT_ID}`);
    const [listed] = body['items'] as readonly Values[];

    const { payments: _payments, refunds: _refunds, lines: _lines, ...summary } = one.body;
    const { matches: _matches, isCut: _isCut, ...compared } = summary;
    expect({ ...listed, ageSeconds: 0 }).toEqual({ ...compared, ageSeconds: 0 });
  });
});

function subjectOf(reference: string): string {
  return `${ACCOUNT}/transaction/${reference}`;
}

function row(reference: string): Values {
  const subject = subjectOf(reference);
  return {
    payment_id: subjectIdOf(subject),
    account: ACCOUNT,
    provider: 'conomy',
    reference,
    subject,
    status: 'succeeded',
  };
}

function inBatch(reference: string, values: Values, batch = BATCH): Values {
  const account = String(values['account'] ?? ACCOUNT);
  const settlement = { settlement_id: settlementIdOf(account, batch), settlement_batch: batch };
  return { ...row(reference), ...settlement, ...values };
}

function money(amount: string, currency: string): unknown {
  return expect.objectContaining({ amount, currency });
}

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

async function walk(path: string, name: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  let token = '';
  do {
    const { body } = await get(`${path}${path.includes('?') ? '&' : '?'}pageToken=${token}`);
    seen.push(...(body['items'] as readonly Values[]).map((item) => item[name]));
    token = String(body['nextPageToken']);
  } while (token !== '');
  return seen;
}
