import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeObservation } from '#events/envelope.js';
import { subjectIdOf, refundIdOf } from '#events/ids.js';
import type { Observation } from '#events/observation.js';
import { seal } from '#events/sealing.js';
import { uuidV5 } from '#events/uuid.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { insertRows } from '../../../test/harness/read-model-rows.js';

const SUBJECT = 'cobru-test/payment/abc';
const PAYMENT_ID = subjectIdOf(SUBJECT);
const MOVED_SUBJECT = 'cobru-test/payment/moved';
const FIRST = '0199a0b0-0000-7000-8000-000000000001';
const SECOND = '0199a0b0-0000-7000-8000-000000000002';
const THIRD = '0199a0b0-0000-7000-8000-000000000003';
const BODY = '{"state":"3","name":"Ñandú"}';
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
  const positions = [
    await append(observationOf(FIRST, Buffer.from(BODY))),
    await append(observationOf(SECOND, Buffer.from([0xff, 0xfe, 0x00]))),
    await append(observationOf(THIRD, null)),
  ];
  await insertRows(api.database, 'orders', [{ order_id: 'ORD-1' }]);
  await insertRows(api.database, 'payments', [
    {
      payment_id: PAYMENT_ID,
      account: 'cobru-test',
      provider: 'cobru',
      reference: 'abc',
      subject: SUBJECT,
      order_id: 'ORD-1',
      status: 'succeeded',
      currency: 'COP',
      exponent: 2,
      amount_minor: 100n,
    },
    {
      payment_id: subjectIdOf(MOVED_SUBJECT),
      reference: 'moved',
      subject: MOVED_SUBJECT,
      order_id: 'ORD-2',
      first_recorded_at: '2026-11-21T11:00:00Z',
    },
  ]);
  await insertRows(api.database, 'order_payments', [
    { order_id: 'ORD-1', payment_id: PAYMENT_ID },
    { order_id: 'ORD-1', payment_id: subjectIdOf(MOVED_SUBJECT) },
  ]);
  await insertRows(api.database, 'refunds', [
    { refund_id: refundIdOf(SUBJECT, 'r'), payment_id: PAYMENT_ID, reference: 'r' },
  ]);
  const delivery = {
    account: 'cobru-test',
    provider: 'cobru',
    route: 'cobru',
    subject: SUBJECT,
    subject_id: PAYMENT_ID,
  };
  await insertRows(api.database, 'deliveries', [
    {
      ...delivery,
      ...positions[0],
      observation_id: FIRST,
      outcome: 'claim',
      trust: 'unverified',
      verification_mode: 'none',
      verification_key_id: null,
      claimed_status: 'succeeded',
      request_id: 'request-1',
      provider_trace_ids: ['trace-1', 'trace-2'],
      traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
      received_at: '2026-11-21T09:59:59Z',
      change_version: 1n,
    },
    {
      ...delivery,
      ...positions[1],
      observation_id: SECOND,
      kind: 'lookup',
      route: 'lookup',
      trust: 'looked-up',
      verification_mode: 'api',
      verification_key_id: null,
      request_id: 'request-2',
      provider_trace_ids: ['trace-2'],
      change_version: 2n,
      change_status: 'succeeded',
      change_order_id: 'ORD-1',
      change_amount_minor: 100n,
      change_flags: ['late'],
    },
    {
      ...delivery,
      ...positions[2],
      observation_id: THIRD,
      outcome: 'duplicate',
      request_id: 'request-3',
      recorded_at: '2026-11-21T10:00:01Z',
    },
  ]);
  await insertRows(api.database, 'parked_subjects', [
    { parked_id: PAYMENT_ID, subject: SUBJECT, recorded_at: '2026-11-21T10:00:02Z' },
  ]);
});

afterAll(() => api.stop());

describe('the trail of an order', () => {
  it('tells the whole story in order, each change behind the record that caused it', async () => {
    const { status, body } = await trail('orders/ORD-1');

    expect(status).toBe(200);
    expect(body.timeline).toMatchObject([
      {
        type: 'record',
        kind: 'webhook',
        observationId: FIRST,
        outcome: 'claim',
        trust: 'unverified',
        verification: { mode: 'none', keyId: null, verdict: 'unverified' },
        claimedStatus: 'succeeded',
        requestId: 'request-1',
        providerTraceIds: ['trace-1', 'trace-2'],
        traceId: TRACE_ID,
        receivedAt: '2026-11-21T09:59:59.000Z',
      },
      { type: 'change', version: 1, previousStatus: null, status: null, observationId: FIRST },
      { type: 'record', kind: 'lookup', trust: 'looked-up', verification: { verdict: 'verified' } },
      {
        type: 'change',
        version: 2,
        previousStatus: null,
        status: 'succeeded',
        amount: { amount: '1.00', currency: 'COP' },
        flags: ['late'],
        observationId: SECOND,
      },
      { type: 'record', outcome: 'duplicate', observationId: THIRD },
      { type: 'parked', subject: SUBJECT, reason: 'interpreter-threw' },
    ]);
    expect(body.isCut).toBe(false);
    expect(JSON.stringify(body)).not.toContain('Ñandú');
  });

  it('holds the order, its refunds, and payments that moved elsewhere', async () => {
    const { body } = await trail('orders/ORD-1');

    expect(body.order).toMatchObject({ orderId: 'ORD-1', status: 'paid' });
    expect(body.payments).toMatchObject([{ reference: 'abc' }, { reference: 'moved' }]);
    expect(body.refunds).toMatchObject([{ reference: 'r' }]);
  });

  it('says what to tell the provider', async () => {
    const { body } = await trail('orders/ORD-1');

    expect(body.whatToTellTheProvider[0]).toEqual({
      account: 'cobru-test',
      provider: 'cobru',
      objectId: 'abc',
      providerEventIds: [],
      providerTraceIds: ['trace-1', 'trace-2'],
      requestIds: ['request-1', 'request-2', 'request-3'],
      times: { first: '2026-11-21T09:59:59.000Z', last: '2026-11-21T10:00:00.000Z' },
    });
  });

  it('that nobody knows is a 404', async () => {
    expect((await trail('orders/none')).status).toBe(404);
  });
});

describe('the trail of a payment', () => {
  it('is the part of the order that concerns it', async () => {
    const { body } = await trail(`payments/${PAYMENT_ID}`);

    expect(body.order).toMatchObject({ orderId: 'ORD-1' });
    expect(body.payments).toHaveLength(1);
    expect(body.timeline).toHaveLength(6);
  });

  it('holds what is genuine, however much was forged before it', async () => {
    const subject = 'cobru-test/payment/flooded';
    const paymentId = subjectIdOf(subject);
    await insertRows(api.database, 'payments', [
      { payment_id: paymentId, reference: 'flooded', subject },
    ]);
    const deliveries = Array.from({ length: 1_001 }, (_, n) => ({
      observation_id: uuidV5(`flood/${n}`),
      subject,
      subject_id: paymentId,
      position: BigInt(10_000 + n),
      trust: n === 1_000 ? 'looked-up' : 'unverified',
      outcome: n === 1_000 ? 'applied' : 'claim',
      request_id: `flood-${n}`,
    }));
    await insertRows(api.database, 'deliveries', deliveries);
    const { body } = await trail(`payments/${paymentId}`);
    expect(body.isCut).toBe(true);
    expect(body.timeline.map((entry) => entry['requestId'])).toContain('flood-1000');
  });

  it('that nobody knows is a 404', async () => {
    const answer = await trail('payments/00000000-0000-5000-8000-000000000000');
    expect(answer.status).toBe(404);
  });
});

describe('originals', () => {
  it('need their own scope, which the refusal names', async () => {
    const { status, body } = await trail('orders/ORD-1?originals=true', TOKENS.read);

    expect(status).toBe(403);
    expect(body.detail).toContain('originals');
  });

  it('are the exact bytes, with text where they are UTF-8', async () => {
    const { body } = await trail('orders/ORD-1?originals=true', TOKENS.originals);

    expect(originalsOf(body)).toEqual([
      {
        refused: null,
        contentType: 'application/json',
        base64: Buffer.from(BODY).toString('base64'),
        text: BODY,
      },
      { refused: null, contentType: 'application/json', base64: '//4A', text: null },
      { refused: 'original-missing', contentType: null, base64: null, text: null },
    ]);
  });

  it('leave an audit line for each, without the contents', async () => {
    const before = audits().length;
    await trail(`payments/${PAYMENT_ID}?originals=true`, TOKENS.originals);
    const after = audits().slice(before);

    expect(after).toMatchObject([
      { observationId: FIRST, result: 'opened', callerId: expect.stringMatching(/^[0-9a-f]{12}$/) },
      { observationId: SECOND, result: 'opened' },
      { observationId: THIRD, result: 'original-missing' },
    ]);
    expect(JSON.stringify(api.lines())).not.toContain('Ñandú');
  });

  it('are gone for ever once the key of their period is destroyed', async () => {
    api.keyRing.destroy();
    const { status, body } = await trail('orders/ORD-1?originals=true', TOKENS.originals);

    expect(status).toBe(200);
    expect(originalsOf(body)[0]).toMatchObject({ refused: 'original-destroyed', base64: null });
  });
});

type TrailBody = {
  readonly detail?: string;
  readonly order: unknown;
  readonly payments: readonly unknown[];
  readonly refunds: readonly unknown[];
  readonly timeline: readonly Readonly<Record<string, unknown>>[];
  readonly isCut: boolean;
  readonly whatToTellTheProvider: readonly unknown[];
};

async function trail(
  target: string,
  token: string = TOKENS.read,
): Promise<{ status: number; body: TrailBody }> {
  const [path, query = ''] = target.split('?');
  const response = await fetch(`${api.url}/v1/${path}/trail?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as TrailBody };
}

function originalsOf({ timeline }: TrailBody): readonly unknown[] {
  return timeline.flatMap((entry) => (entry['type'] === 'record' ? [entry['original']] : []));
}

function audits(): readonly Readonly<Record<string, unknown>>[] {
  return api.lines().filter((line) => line['audit'] === 'original-read');
}

async function append(
  observation: Observation,
): Promise<{ partition: number | undefined; position: bigint | undefined }> {
  const [at] = await api.log.append([encodeObservation(observation)]);
  return { partition: at?.partition, position: at?.position };
}

function observationOf(id: string, body: Buffer | null): Observation {
  const context = { id, source: '/cobru-test/cobru', subject: SUBJECT };
  return {
    id,
    kind: 'webhook',
    account: 'cobru-test',
    route: 'cobru',
    subject: SUBJECT,
    receivedAtMs: Date.parse('2026-11-21T10:00:00Z'),
    schema: { provider: 'cobru', shape: 'webhook', version: 1 },
    verification: { mode: 'none', verdict: 'unverified', keyId: null },
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'digest-1:00',
    traceparent: null,
    lookup: null,
    value: Buffer.from('{"body":{},"query":{}}'),
    sealed: body === null ? null : seal(body, context, api.keyRing.current()),
  };
}
