import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiUnderTest } from '../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../test/harness/http-answer.js';
import {
  CONOMY,
  CUSTOMER_ID,
  EARLY_ID,
  EMBEDDED_ID,
  insertMovements,
  NOBODY,
  PAYMENT_ID,
  REFUND_ID,
  STRAY_ID,
  SUBSCRIPTION_ID,
  UNKNOWN_ID,
  WITHDRAWAL_ID,
} from '../../test/harness/movement-rows.js';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await insertMovements(api.database);
});

afterAll(() => api.stop());

describe('a payment', () => {
  it('has the refunds with an id of their own beside those that its own events tell of', async () => {
    const { body } = await get(`/v1/payments/${PAYMENT_ID}`);

    expect(body).toMatchObject({
      isKnown: true,
      settlement: { status: 'unsettled', settlementId: null, batch: null },
    });
    expect(namesOf(body['refunds'], 'refundId')).toEqual([EMBEDDED_ID, REFUND_ID].sort());
  });

  it('that only a refund told of is shown as not known, and has that refund', async () => {
    const { body } = await get(`/v1/payments/${UNKNOWN_ID}`);

    expect(body).toMatchObject({
      isKnown: false,
      status: null,
      reported: null,
      amount: null,
      refunds: [{ refundId: EARLY_ID, status: 'pending' }],
    });
  });

  it('is not what a withdrawal or a refund is: the answer says where that is', async () => {
    for (const [asked, found] of [
      [`/v1/payments/${WITHDRAWAL_ID}`, `/v1/withdrawals/${WITHDRAWAL_ID}`],
      [`/v1/payments/${REFUND_ID}`, `/v1/refunds/${REFUND_ID}`],
      [`/v1/payments/${REFUND_ID}/trail`, `/v1/refunds/${REFUND_ID}`],
      [`/v1/withdrawals/${PAYMENT_ID}`, `/v1/payments/${PAYMENT_ID}`],
    ] as const) {
      const answer = await get(asked);
      expectProblem(answer, 404, 'not-found');
      expect(answer.body['detail']).toContain(found);
      expect((await get(found)).status).toBe(200);
    }
  });

  it('stands alone in the list of payments', async () => {
    const { body } = await get('/v1/payments');
    expect(namesOf(body['items'], 'paymentId')).toEqual([PAYMENT_ID, UNKNOWN_ID].sort());
  });
});

describe('a withdrawal', () => {
  it('is told in its own words, with what it cost', async () => {
    const { body } = await get(`/v1/withdrawals/${WITHDRAWAL_ID.toUpperCase()}`);

    expect(body).toEqual({
      withdrawalId: WITHDRAWAL_ID,
      account: 'tonder-test',
      provider: 'tonder',
      reference: 'out-1',
      clientReference: 'payout-7',
      status: 'paid',
      reported: 'returned',
      amount: { amount: '100.00', currency: 'MXN', minorUnits: '10000', exponent: 2 },
      net: null,
      fee: expect.objectContaining({ amount: '2.50' }),
      tax: expect.objectContaining({ amount: '0.40' }),
      method: null,
      failureCode: null,
      flags: ['late'],
      version: 1,
      occurredAt: '2026-11-21T09:59:58.123Z',
      firstRecordedAt: '2026-11-21T10:00:00.000Z',
      recordedAt: '2026-11-21T10:00:00.000Z',
    });
  });

  it('is found by account, reference, client reference and status; the list is walked whole', async () => {
    for (const query of [
      'account=tonder-test',
      'reference=out-1',
      'clientReference=payout-7',
      'status=paid',
    ]) {
      const { body } = await get(`/v1/withdrawals?${query}`);
      expect(namesOf(body['items'], 'withdrawalId')).toEqual([WITHDRAWAL_ID]);
    }
    expect(await walk('/v1/withdrawals?status=requested&pageSize=10', 'withdrawalId')).toHaveLength(
      25,
    );
    expect(await walk('/v1/withdrawals?pageSize=10', 'withdrawalId')).toHaveLength(26);
    expectProblem(await get('/v1/withdrawals?status=succeeded'), 400, 'invalid-parameter');
  });
});

describe('a refund', () => {
  it('is read by itself, with or without a payment, and whoever tells of it', async () => {
    expect((await get(`/v1/refunds/${REFUND_ID}`)).body).toMatchObject({
      ...CONOMY,
      paymentId: PAYMENT_ID,
      reference: 're-1',
      amount: { amount: '3.00', currency: 'ARS' },
    });
    expect((await get(`/v1/refunds/${STRAY_ID}`)).body).toMatchObject({ paymentId: null });
    expect((await get(`/v1/refunds/${EMBEDDED_ID}`)).body).toMatchObject({
      ...CONOMY,
      paymentId: PAYMENT_ID,
    });
    expectProblem(await get(`/v1/refunds/${NOBODY}`), 404, 'not-found');
  });
});

describe('a subscription', () => {
  it('is told with its period; a time that nobody stated is null', async () => {
    expect((await get(`/v1/subscriptions/${SUBSCRIPTION_ID}`)).body).toEqual({
      subscriptionId: SUBSCRIPTION_ID,
      account: 'mintcash-test',
      provider: 'mintcash',
      reference: 'sub-1',
      clientReference: 'plan-of-ana',
      status: 'past_due',
      amount: { amount: '9.99', currency: 'USD', minorUnits: '999', exponent: 2 },
      intervalDays: 30,
      currentPeriodStart: null,
      currentPeriodEnd: '2026-12-01T00:00:00.000Z',
      occurredAt: null,
      recordedAt: '2026-11-21T10:00:00.000Z',
    });
    expectProblem(await get(`/v1/subscriptions/${NOBODY}`), 404, 'not-found');
  });

  it('is found by client reference and status', async () => {
    const path = '/v1/subscriptions?clientReference=plan-of-ana&status=';
    expect((await get(`${path}past_due`)).body['items']).toHaveLength(1);
    expect((await get(`${path}active`)).body['items']).toHaveLength(0);
  });
});

describe('a customer', () => {
  it('is told by level alone: nothing of who it is', async () => {
    expect((await get(`/v1/customers/${CUSTOMER_ID}`)).body).toEqual({
      customerId: CUSTOMER_ID,
      ...CONOMY,
      reference: 'cus-1',
      level: 'standard',
      isAutoCreated: true,
      documents: 2,
      occurredAt: '2026-11-21T10:00:00.000Z',
      recordedAt: '2026-11-21T10:00:00.000Z',
    });
    expect((await get('/v1/customers?level=standard')).body['items']).toHaveLength(1);
    expect((await get('/v1/customers?level=full')).body['items']).toHaveLength(0);
    expectProblem(await get(`/v1/customers/${NOBODY}`), 404, 'not-found');
  });
});

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

async function walk(path: string, name: string): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  let token = '';
  do {
    const { body } = await get(`${path}&pageToken=${token}`);
    seen.push(...namesOf(body['items'], name));
    token = String(body['nextPageToken']);
  } while (token !== '');
  expect(new Set(seen).size).toBe(seen.length);
  return seen;
}

type Entry = Readonly<Record<string, unknown>>;

function namesOf(items: unknown, name: string): readonly unknown[] {
  return (items as readonly Entry[]).map((item) => item[name]).sort();
}
