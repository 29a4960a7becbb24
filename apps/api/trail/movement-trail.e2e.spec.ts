import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiUnderTest } from '../../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../../test/harness/http-answer.js';
import {
  CUSTOMER_ID,
  EARLY_ID,
  EMBEDDED_ID,
  insertMovements,
  NOBODY,
  observationOf,
  PAYMENT_ID,
  REFUND,
  REFUND_ID,
  STRAY_ID,
  SUBSCRIPTION_ID,
  WITHDRAWAL_ID,
} from '../../../test/harness/movement-rows.js';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await insertMovements(api.database);
});

afterAll(() => api.stop());

describe('a lookup', () => {
  it.each([
    ['withdrawal', WITHDRAWAL_ID, `/v1/withdrawals/${WITHDRAWAL_ID}`],
    ['provider-reference', 'out-1', `/v1/withdrawals/${WITHDRAWAL_ID}`],
    ['client-reference', 'payout-7', `/v1/withdrawals/${WITHDRAWAL_ID}`],
    ['client-reference', 'give-back-3', `/v1/refunds/${STRAY_ID}`],
    ['request', 'request-3', `/v1/withdrawals/${WITHDRAWAL_ID}`],
    ['refund', REFUND_ID, '/v1/orders/ORD-1'],
    ['refund', 're-1', '/v1/orders/ORD-1'],
    ['refund', EMBEDDED_ID, '/v1/orders/ORD-1'],
    ['refund', 're-2', `/v1/refunds/${EARLY_ID}`],
    ['refund', 're-3', `/v1/refunds/${STRAY_ID}`],
    ['request', 'request-1', '/v1/orders/ORD-1'],
    ['subscription', SUBSCRIPTION_ID, `/v1/subscriptions/${SUBSCRIPTION_ID}`],
    ['provider-reference', 'sub-1', `/v1/subscriptions/${SUBSCRIPTION_ID}`],
    ['client-reference', 'plan-of-ana', `/v1/subscriptions/${SUBSCRIPTION_ID}`],
    ['customer', CUSTOMER_ID, `/v1/customers/${CUSTOMER_ID}`],
    ['provider-reference', 'cus-1', `/v1/customers/${CUSTOMER_ID}`],
  ])('finds by %s %s where %s is, and its trail', async (kind, id, href) => {
    const { body } = await get(`/v1/lookup?q=${id}`);

    expect(body['items']).toEqual([
      expect.objectContaining({ kind, id, href, trailHref: `${href}/trail` }),
    ]);
    expect((await get(href)).status).toBe(200);
    expect((await get(`${href}/trail`)).status).toBe(200);
  });

  it('is what the refusal of an unknown order names', async () => {
    const answer = await get('/v1/orders/payout-7%20x');
    expectProblem(answer, 404, 'not-found');
    expect(answer.body['detail']).toContain('/v1/lookup?q=payout-7%20x ');
  });
});

describe('the trail', () => {
  it('of an order has the records of refunds of its payments', async () => {
    const { body } = await get('/v1/orders/ORD-1/trail');

    expect(timeline(body)).toMatchObject([
      { type: 'record', subjectId: PAYMENT_ID, paymentId: PAYMENT_ID },
      { type: 'record', subjectId: REFUND_ID, paymentId: PAYMENT_ID, subject: REFUND },
      { type: 'change', subjectId: REFUND_ID, paymentId: PAYMENT_ID, status: 'succeeded' },
    ]);
    expect(namesOf(body['payments'], 'paymentId')).toEqual([PAYMENT_ID]);
    expect(namesOf(body['refunds'], 'refundId')).toEqual([EMBEDDED_ID, REFUND_ID].sort());
    expect(namesOf(body['whatToTellTheProvider'], 'objectId')).toEqual(['re-1', 'tx-1']);
  });

  it('of a refund has its own records, and names its payment and order', async () => {
    const { body } = await get(`/v1/refunds/${REFUND_ID}/trail`);

    expect(body['order']).toMatchObject({ orderId: 'ORD-1' });
    expect(namesOf(body['payments'], 'paymentId')).toEqual([PAYMENT_ID]);
    expect(namesOf(body['refunds'], 'refundId')).toEqual([REFUND_ID]);
    expect(records(body)).toEqual([observationOf(1)]);
    expect(namesOf(body['whatToTellTheProvider'], 'objectId')).toEqual(['re-1']);
  });

  it('of a refund that its payment tells of is that of the payment', async () => {
    const { body } = await get(`/v1/refunds/${EMBEDDED_ID}/trail`);
    expect(records(body)).toEqual([observationOf(0)]);
  });

  it('of a withdrawal has its records, and its changes in its own words', async () => {
    const { body } = await get(`/v1/withdrawals/${WITHDRAWAL_ID}/trail`);

    expect(body).toMatchObject({
      order: null,
      payments: [],
      withdrawals: [{ withdrawalId: WITHDRAWAL_ID, status: 'paid' }],
    });
    expect(records(body)).toEqual([observationOf(3)]);
    expect(timeline(body)).toContainEqual(
      expect.objectContaining({ type: 'change', status: 'paid', paymentId: null }),
    );
  });

  it('of a subscription or a customer has its records', async () => {
    const subscription = await get(`/v1/subscriptions/${SUBSCRIPTION_ID}/trail`);
    expect(subscription.body['subscriptions']).toHaveLength(1);
    expect(records(subscription.body)).toEqual([observationOf(4)]);

    const customer = await get(`/v1/customers/${CUSTOMER_ID}/trail`);
    expect(customer.body['customers']).toHaveLength(1);
    expect(records(customer.body)).toEqual([observationOf(5)]);
  });

  it('of a subscription that nobody vouched for has what was claimed', async () => {
    const found = await get('/v1/lookup?q=request-6');
    const [item] = found.body['items'] as readonly { readonly trailHref: string }[];
    const { status, body } = await get(item?.trailHref ?? '');

    expect(status).toBe(200);
    expect(body['subscriptions']).toEqual([]);
    expect(records(body)).toEqual([observationOf(6)]);
  });

  it.each(['withdrawals', 'refunds', 'subscriptions', 'customers'])(
    'of %s that nobody knows is a 404',
    async (route) => {
      expectProblem(await get(`/v1/${route}/${NOBODY}/trail`), 404, 'not-found');
      expectProblem(await get(`/v1/${route}/x/trail`), 400, 'invalid-parameter');
    },
  );
});

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

type Entry = Readonly<Record<string, unknown>>;

function namesOf(items: unknown, name: string): readonly unknown[] {
  return (items as readonly Entry[]).map((item) => item[name]).sort();
}

function timeline(body: Answer['body']): readonly Entry[] {
  return body['timeline'] as readonly Entry[];
}

function records(body: Answer['body']): readonly unknown[] {
  return timeline(body)
    .filter((entry) => entry['type'] === 'record')
    .map((entry) => entry['observationId']);
}
