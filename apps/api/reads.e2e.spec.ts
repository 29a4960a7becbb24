import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectIdOf, refundIdOf } from '#events/ids.js';
import { encodePosition, positionAfter } from '#events/position.js';
import { startApi, type ApiUnderTest } from '../../test/harness/api.js';
import { ask, expectProblem, type Answer } from '../../test/harness/http-answer.js';
import { insertRows } from '../../test/harness/read-model-rows.js';

const ORDER_ID = 'ORD/1 ñ';
const SUBJECT = 'mintcash-test/payment/pay_1';
const PAYMENT_ID = subjectIdOf(SUBJECT);
const REFUND_ID = refundIdOf(SUBJECT, 're_1');
const OBSERVATION_ID = '0199a0b0-0000-7000-8000-000000000001';
const EVENT_ID = '5a0b6f0e-0000-5000-8000-000000000001';
const COP = { amount: '50000.00', currency: 'COP', minorUnits: '5000000', exponent: 2 };
const SHORT = { ...COP, amount: '-10000.00', minorUnits: '-1000000' };

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  await insertRows(api.database, 'orders', [
    {
      order_id: ORDER_ID,
      reported: 'refunded',
      amounts: JSON.stringify({ paid: [COP], refunded: [], difference: [SHORT] }),
      flags: ['late'],
      version: 7n,
    },
    ...Array.from({ length: 120 }, (_, n) => ({
      order_id: `LIST-${String(n).padStart(3, '0')}`,
      status: n % 3 === 0 ? 'pending' : 'paid',
    })),
  ]);
  await insertRows(api.database, 'payments', [
    {
      payment_id: PAYMENT_ID,
      reference: 'pay_1',
      subject: SUBJECT,
      order_id: ORDER_ID,
      status: 'succeeded',
      currency: 'COP',
      exponent: 2,
      amount_minor: 5_000_000n,
      expected_minor: 6_000_000n,
      difference_minor: -1_000_000n,
      occurred_at: '2026-11-21T09:59:58.123Z',
    },
    ...Array.from({ length: 30 }, (_, n) => ({
      payment_id: subjectIdOf(`cobru-test/payment/${n}`),
      account: 'cobru-test',
      provider: 'cobru',
      reference: `slug-${n}`,
      subject: `cobru-test/payment/${n}`,
      reported: 'succeeded',
    })),
  ]);
  await insertRows(api.database, 'refunds', [
    {
      refund_id: REFUND_ID,
      payment_id: PAYMENT_ID,
      reference: 're_1',
      currency: 'COP',
      exponent: 2,
      amount_minor: 100n,
    },
  ]);
  await insertRows(api.database, 'deliveries', [
    {
      position: 0n,
      observation_id: OBSERVATION_ID,
      subject: SUBJECT,
      subject_id: PAYMENT_ID,
      event_id: EVENT_ID,
      facts_digest: EVENT_ID,
      provider_event_id: 'evt_1',
      provider_references: ['alias_1'],
      provider_trace_ids: ['trace-of-mintcash'],
      request_id: 'request-1',
    },
    {
      position: 1n,
      observation_id: '0199a0b0-0000-7000-8000-000000000002',
      subject: 'cobru-test/unkeyed/aa',
      outcome: 'ignored',
      request_id: 'request-of-nothing',
    },
  ]);
  await insertRows(api.database, 'parked_subjects', [
    { parked_id: PAYMENT_ID, subject: 'mintcash-test/payment/bad' },
  ]);
  await insertRows(api.database, 'parked_records', [
    { position: 4n, subject: 'mintcash-test/payment/bad' },
    { position: 5n, subject: 'mintcash-test/payment/bad' },
  ]);
  await insertRows(api.database, 'work_queue', [
    { subject: 's', account: 'cobru-test', provider: 'cobru', payment_id: PAYMENT_ID },
  ]);
});

afterAll(() => api.stop());

describe('an order', () => {
  it('is answered with its payments, money as text, and null where nothing is known', async () => {
    const { status, body } = await get(`/v1/orders/${encodeURIComponent(ORDER_ID)}`);

    expect(status).toBe(200);
    expect(body).toEqual({
      orderId: ORDER_ID,
      status: 'paid',
      assurance: 'confirmed',
      reported: 'refunded',
      paid: [COP],
      refunded: [],
      difference: [SHORT],
      flags: ['late'],
      version: 7,
      firstRecordedAt: '2026-11-21T10:00:00.000Z',
      recordedAt: '2026-11-21T10:00:00.000Z',
      payments: [
        expect.objectContaining({
          paymentId: PAYMENT_ID,
          reference: 'pay_1',
          orderId: ORDER_ID,
          status: 'succeeded',
          reported: null,
          amount: COP,
          expected: { ...COP, amount: '60000.00', minorUnits: '6000000' },
          difference: SHORT,
          net: null,
          occurredAt: '2026-11-21T09:59:58.123Z',
          version: 1,
        }),
      ],
    });
  });

  it('that nobody knows is a 404 problem', async () => {
    const answer = await get('/v1/orders/ORD-unknown');

    expectProblem(answer, 404, 'not-found');
  });

  it('is not confused by an id of 200 characters; 201 are refused by name', async () => {
    expectProblem(await get(`/v1/orders/${'ñ'.repeat(200)}`), 404, 'not-found');
    const answer = await get(`/v1/orders/${'x'.repeat(201)}`);
    expectProblem(answer, 400, 'invalid-parameter');
    expect(answer.body['errors']).toEqual([
      expect.objectContaining({ pointer: '/path/orderId', code: 'invalid-text' }),
    ]);
  });

  it('with a NUL in its id is refused, and never reaches the database', async () => {
    expectProblem(await get('/v1/orders/a%00b'), 400, 'invalid-parameter');
    expectProblem(await get('/v1/lookup?q=a%00b'), 400, 'invalid-parameter');
  });
});

describe('a payment', () => {
  it('is answered with its refunds', async () => {
    const { status, body } = await get(`/v1/payments/${PAYMENT_ID.toUpperCase()}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      paymentId: PAYMENT_ID,
      refunds: [{ refundId: REFUND_ID, amount: { amount: '1.00', minorUnits: '100' } }],
    });
  });

  it('is found by account, reference, order and status', async () => {
    const query = `account=mintcash-test&reference=pay_1&status=succeeded`;
    const found = await get(`/v1/payments?${query}&orderId=${encodeURIComponent(ORDER_ID)}`);
    const none = await get('/v1/payments?account=cobru-test&reference=pay_1');

    expect(ids(found)).toEqual([PAYMENT_ID]);
    expect(none.body).toEqual({ items: [], nextPageToken: '' });
  });

  it('that nobody knows is a 404, and an id of another form a 400', async () => {
    expectProblem(await get('/v1/payments/00000000-0000-5000-8000-000000000000'), 404, 'not-found');
    expectProblem(await get('/v1/payments/pay_1'), 400, 'invalid-parameter');
  });
});

describe('a list', () => {
  it.each([
    ['/v1/orders?pageSize=7', 121],
    ['/v1/orders?status=paid&pageSize=40', 81],
    ['/v1/orders', 121],
    ['/v1/payments?account=cobru-test&pageSize=10', 30],
  ])('%s walks all without gap or repetition', async (path, count) => {
    const seen: unknown[] = [];
    let token = '';
    do {
      const page = await get(`${path}${path.includes('?') ? '&' : '?'}pageToken=${token}`);
      expect(page.status).toBe(200);
      seen.push(...ids(page));
      token = String(page.body['nextPageToken']);
    } while (token !== '');

    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  });

  it('holds 50 items unless told, and 1000 at most', async () => {
    expect(ids(await get('/v1/orders'))).toHaveLength(50);
    expect(ids(await get('/v1/orders?pageSize=99999'))).toHaveLength(121);
  });

  it.each(['0', '-1', '1.5', 'ten', '', ' 5', '1e2', '0x10'])(
    'refuses the page size "%s"',
    async (size) => {
      const answer = await get(`/v1/orders?pageSize=${encodeURIComponent(size)}`);
      expectProblem(answer, 400, 'invalid-parameter');
    },
  );

  it('refuses a page token that was tampered with, or belongs to other filters', async () => {
    const page = await get('/v1/orders?status=paid&pageSize=5');
    const token = String(page.body['nextPageToken']);
    const bytes = Buffer.from(token, 'base64url');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const path = '/v1/orders?status=paid';

    expect((await get(`${path}&pageSize=9&pageToken=${token}`)).status).toBe(200);
    for (const refused of [
      `${path}&pageToken=${bytes.toString('base64url')}`,
      `${path}&pageToken=${token}A`,
      `/v1/orders?status=pending&pageToken=${token}`,
      `/v1/orders?pageToken=${token}`,
      `/v1/payments?status=succeeded&pageToken=${token}`,
      `${path}&pageToken=%00`,
      `${path}&pageToken=x`,
    ]) {
      expectProblem(await get(refused), 400, 'malformed-page-token');
    }
  });
});

describe('a lookup', () => {
  it.each([
    ['order', ORDER_ID],
    ['payment', PAYMENT_ID],
    ['provider-reference', 'pay_1'],
    ['provider-reference', 'alias_1'],
    ['refund', 're_1'],
    ['refund', REFUND_ID],
    ['event', EVENT_ID],
    ['provider-event', 'evt_1'],
    ['observation', OBSERVATION_ID],
    ['request', 'request-1'],
    ['provider-trace', 'trace-of-mintcash'],
  ])('finds the order by %s %s', async (kind, id) => {
    const { body } = await get(`/v1/lookup?q=${encodeURIComponent(id)}`);
    const href = `/v1/orders/${encodeURIComponent(ORDER_ID)}`;

    expect(body['items']).toEqual([
      expect.objectContaining({ kind, id, orderId: ORDER_ID, href, trailHref: `${href}/trail` }),
    ]);
    expect((await get(href)).status).toBe(200);
  });

  it('finds a payment without an order, and a record that concerns neither', async () => {
    const payment = await get('/v1/lookup?q=slug-3');
    const paymentId = subjectIdOf('cobru-test/payment/3');
    expect(payment.body['items']).toEqual([
      expect.objectContaining({ orderId: null, paymentId, href: `/v1/payments/${paymentId}` }),
    ]);

    const record = await get('/v1/lookup?q=request-of-nothing');
    expect(record.body['items']).toEqual([
      expect.objectContaining({ kind: 'request', href: null, trailHref: null }),
    ]);
  });

  it('answers an empty list for an id that nothing carries, and needs an id', async () => {
    expect((await get('/v1/lookup?q=nothing')).body).toEqual({ items: [] });
    expectProblem(await get('/v1/lookup'), 400, 'invalid-parameter');
    expectProblem(await get('/v1/lookup?q='), 400, 'invalid-parameter');
  });
});

describe('operators', () => {
  it('see what is parked, and how much waits behind it', async () => {
    const { body } = await get('/v1/parked');

    expect(body['items']).toEqual([
      expect.objectContaining({
        subject: 'mintcash-test/payment/bad',
        records: 2,
        firstPosition: '4',
      }),
    ]);
  });

  it('see positions, lag and queues', async () => {
    const { status, body } = await get('/v1/status');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      live: { generation: 1, status: 'live', logId: api.log.logId },
      building: [],
      lookupsDue: { count: 1, oldestAt: '2026-11-21T10:00:00.000Z' },
      outbox: { count: 0, oldestAt: null },
      parked: { subjects: { count: 1 }, records: { count: 2 } },
    });
    expect(body['partitions']).toHaveLength(3);
    expect(body['partitions']).toContainEqual(
      expect.objectContaining({ partition: 0, checkpoint: '0' }),
    );
  });
});

describe('minPosition', () => {
  const path = `/v1/orders/${encodeURIComponent(ORDER_ID)}?minPosition=`;

  it('is passed at once where the fold is that far', async () => {
    const token = encodePosition({ logId: api.log.logId, next: [0n, 0n, 0n] });
    expect((await get(path + token)).status).toBe(200);
  });

  it('waits for the partition that it names, and for no other', async () => {
    const token = positionAfter(api.log, { partition: 1, position: 41n });
    const refused = await get(path + token);
    expectProblem(refused, 503, 'not-caught-up');
    expect(refused.headers.get('retry-after')).toBe('1');

    const waiting = get(path + token);
    await api.database.query('update ops.checkpoints set next_position = 42 where partition = 1');
    expect((await waiting).status).toBe(200);
  });

  it('refuses the token of another log, and what is no token', async () => {
    const foreign = encodePosition({ logId: 'another', next: [0n, 0n, 0n] });
    expectProblem(await get(path + foreign), 400, 'foreign-position');
    expectProblem(await get(`${path}abc`), 400, 'malformed-position');
    expectProblem(await get('/v1/orders/none?minPosition=abc'), 400, 'malformed-position');
  });
});

async function get(path: string): Promise<Answer> {
  return ask(api, path);
}

function ids({ body }: Answer): readonly unknown[] {
  const items = body['items'] as readonly Readonly<Record<string, unknown>>[];
  return items.map((item) => item['paymentId'] ?? item['orderId']);
}
