import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paymentIdOf } from '#events/ids.js';
import { encodePosition, positionAfter } from '#events/position.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { insertRows } from '../../../test/harness/read-model-rows.js';
import type { Order } from './gen/cuadre/v1/order.js';
import { OrderServiceClient } from './gen/cuadre/v1/order_service.js';

const SUBJECT = 'mintcash-test/payment/pay_1';
// Past 64 bits, and past what a float holds.
const MINOR = 123_456_789_012_345_678_901n;

let api: ApiUnderTest;
let orders: OrderServiceClient;

beforeAll(async () => {
  api = await startApi({ minPositionWaitMs: 10_000 });
  await insertRows(api.database, 'orders', [
    {
      order_id: 'ORD-1',
      reported: 'partially_refunded',
      amounts: JSON.stringify({
        paid: [{ amount: '1.00', currency: 'USD', minorUnits: '100', exponent: 2 }],
        refunded: [],
      }),
      flags: ['late'],
      version: 3n,
    },
  ]);
  await insertRows(api.database, 'payments', [
    {
      payment_id: paymentIdOf(SUBJECT),
      reference: 'pay_1',
      subject: SUBJECT,
      order_id: 'ORD-1',
      status: 'in_review',
      currency: 'USD',
      exponent: 2,
      amount_minor: MINOR,
      occurred_at: '2026-11-21T09:59:58.123Z',
    },
  ]);
  orders = new OrderServiceClient(`127.0.0.1:${api.grpcPort}`, credentials.createInsecure());
});

afterAll(async () => {
  orders.close();
  await api.stop();
});

describe('GetOrder', () => {
  it('answers what REST answers', async () => {
    const { order, error } = await getOrder('ORD-1');

    expect(error).toBeNull();
    expect(order).toMatchObject({
      orderId: 'ORD-1',
      status: 'ORDER_STATUS_PAID',
      assurance: 'ASSURANCE_CONFIRMED',
      reported: 'ORDER_STATUS_PARTIALLY_REFUNDED',
      paid: [{ amount: '1.00', currency: 'USD', minorUnits: '100', exponent: 2 }],
      flags: ['late'],
      version: '3',
      recordedAt: '2026-11-21T10:00:00.000Z',
      payments: [
        {
          reference: 'pay_1',
          status: 'PAYMENT_STATUS_IN_REVIEW',
          reported: 'PAYMENT_STATUS_UNSPECIFIED',
          amount: { amount: '1234567890123456789.01', minorUnits: String(MINOR) },
          orderId: 'ORD-1',
          occurredAt: '2026-11-21T09:59:58.123Z',
        },
      ],
    });
  });

  it('names what it refuses, and the request, in the trailing metadata', async () => {
    const cases = [
      [await getOrder('none'), status.NOT_FOUND, 'not-found'],
      [await getOrder(''), status.INVALID_ARGUMENT, 'invalid-parameter'],
      [await getOrder('x'.repeat(201)), status.INVALID_ARGUMENT, 'invalid-parameter'],
      [await getOrder('a\u0000b'), status.INVALID_ARGUMENT, 'invalid-parameter'],
      [await getOrder('ORD-1', { token: null }), status.UNAUTHENTICATED, 'unauthenticated'],
      [await getOrder('ORD-1', { token: 'wrong' }), status.UNAUTHENTICATED, 'unauthenticated'],
      [await getOrder('ORD-1', { token: TOKENS.operate }), status.PERMISSION_DENIED, 'forbidden'],
      [
        await getOrder('ORD-1', { minPosition: encodePosition({ logId: 'other', next: [0n] }) }),
        status.INVALID_ARGUMENT,
        'foreign-position',
      ],
    ] as const;
    for (const [{ error }, code, name] of cases) {
      expect(error?.code).toBe(code);
      expect(error?.metadata.get('x-error-code')).toEqual([name]);
      expect(error?.metadata.get('x-request-id')).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    }
  });

  it('waits for a position no longer than the deadline of the call', async () => {
    const minPosition = positionAfter(api.log, { partition: 0, position: 9n });
    const startedMs = performance.now();
    const { error } = await getOrder('ORD-1', { minPosition, deadlineMs: 300 });

    expect([status.DEADLINE_EXCEEDED, status.UNAVAILABLE]).toContain(error?.code);
    expect(performance.now() - startedMs).toBeLessThan(3_000);

    const waiting = getOrder('ORD-1', { minPosition });
    await api.database.query('update ops.checkpoints set next_position = 10 where partition = 0');
    expect((await waiting).order?.orderId).toBe('ORD-1');
  });
});

describe('a client that has no description of ours', () => {
  it('finds the services by reflection, health among them', async () => {
    const methods = await bufCurl(['--list-methods', url()]);

    expect(methods.split('\n')).toEqual(
      expect.arrayContaining(['cuadre.v1.OrderService/GetOrder', 'grpc.health.v1.Health/Check']),
    );
  });

  it('calls them by what reflection says', async () => {
    const authorization = `authorization: Bearer ${TOKENS.read}`;
    const data = '{"orderId":"ORD-1"}';
    const order = await bufCurl(['-H', authorization, '-d', data, url('OrderService/GetOrder')]);

    expect(JSON.parse(order)).toMatchObject({
      orderId: 'ORD-1',
      status: 'ORDER_STATUS_PAID',
      recordedAt: '2026-11-21T10:00:00Z',
    });
  });
});

describe('health', () => {
  it.each(['', 'cuadre.v1.OrderService'])('is served for "%s"', async (service) => {
    const data = JSON.stringify({ service });
    const path = `http://127.0.0.1:${api.grpcPort}/grpc.health.v1.Health/Check`;

    expect(JSON.parse(await bufCurl(['-d', data, path]))).toEqual({ status: 'SERVING' });
  });
});

type Options = {
  readonly token?: string | null;
  readonly minPosition?: string;
  readonly deadlineMs?: number;
};

function getOrder(
  orderId: string,
  { token = TOKENS.read, minPosition, deadlineMs = 20_000 }: Options = {},
): Promise<{ order: Order | null; error: ServiceError | null }> {
  const metadata = new Metadata();
  if (token !== null) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve) => {
    orders.getOrder(
      { orderId, minPosition },
      metadata,
      { deadline: Date.now() + deadlineMs },
      (error, order) => resolve({ order: error === null ? order : null, error }),
    );
  });
}

function url(method?: string): string {
  return `http://127.0.0.1:${api.grpcPort}${method === undefined ? '' : `/cuadre.v1.${method}`}`;
}

async function bufCurl(options: readonly string[]): Promise<string> {
  const fixed = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];
  const { stdout } = await promisify(execFile)('node_modules/.bin/buf', [...fixed, ...options]);
  return stdout;
}
