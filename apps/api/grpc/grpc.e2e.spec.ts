import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refundIdOf, settlementIdOf, subjectIdOf } from '#events/ids.js';
import { encodePosition, positionAfter } from '#events/position.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { insertRows } from '../../../test/harness/read-model-rows.js';
import type { Order } from './gen/cuadre/v1/order.js';
import { OrderServiceClient } from './gen/cuadre/v1/order_service.js';
import {
  PaymentServiceClient,
  type ListPaymentsRequest,
  type ListPaymentsResponse,
} from './gen/cuadre/v1/payment_service.js';
import { PaymentStatus, type Payment } from './gen/cuadre/v1/payment.js';
import {
  SettlementServiceClient,
  type ListSettlementsResponse,
} from './gen/cuadre/v1/settlement_service.js';
import type { Settlement } from './gen/cuadre/v1/settlement.js';

const SUBJECT = 'mintcash-test/payment/pay_1';
const PAYMENT_ID = subjectIdOf(SUBJECT);
const SETTLEMENT_ID = settlementIdOf('conomy-test', 'batch-1');
// Past 64 bits, and past what a float holds.
const MINOR = 123_456_789_012_345_678_901n;

let api: ApiUnderTest;
let orders: OrderServiceClient;
let payments: PaymentServiceClient;
let settlements: SettlementServiceClient;

beforeAll(async () => {
  api = await startApi({ minPositionWaitMs: 10_000 });
  await insertRows(api.database, 'orders', [
    {
      order_id: 'ORD-1',
      reported: 'partially_refunded',
      amounts: JSON.stringify({
        paid: [{ amount: '1.00', currency: 'USD', minorUnits: '100', exponent: 2 }],
        refunded: [],
        difference: [],
      }),
      flags: ['late'],
      version: 3n,
    },
  ]);
  await insertRows(api.database, 'payments', [
    {
      payment_id: PAYMENT_ID,
      reference: 'pay_1',
      subject: SUBJECT,
      order_id: 'ORD-1',
      status: 'in_review',
      currency: 'USD',
      exponent: 2,
      amount_minor: MINOR,
      occurred_at: '2026-11-21T09:59:58.123Z',
    },
    ...Array.from({ length: 5 }, (_, n) => ({
      payment_id: subjectIdOf(`conomy-test/transaction/${n}`),
      account: 'conomy-test',
      provider: 'conomy',
      reference: String(n),
      subject: `conomy-test/transaction/${n}`,
      status: 'succeeded',
      currency: 'ARS',
      exponent: 2,
      amount_minor: 100n,
      settlement_id: SETTLEMENT_ID,
      settlement_batch: 'batch-1',
    })),
  ]);
  await insertRows(api.database, 'refunds', [
    { refund_id: refundIdOf(SUBJECT, 're_1'), payment_id: PAYMENT_ID, reference: 're_1' },
  ]);
  const address = `127.0.0.1:${api.grpcPort}`;
  payments = new PaymentServiceClient(address, credentials.createInsecure());
  settlements = new SettlementServiceClient(address, credentials.createInsecure());
  orders = new OrderServiceClient(address, credentials.createInsecure());
});

afterAll(async () => {
  for (const client of [orders, payments, settlements]) client.close();
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

describe('PaymentService', () => {
  it('answers a payment with its refunds, as REST does', async () => {
    const { answer } = await call<Payment>((metadata, done) =>
      payments.getPayment(
        { paymentId: PAYMENT_ID.toUpperCase(), minPosition: undefined },
        metadata,
        done,
      ),
    );

    expect(answer).toMatchObject({
      paymentId: PAYMENT_ID,
      status: 'PAYMENT_STATUS_IN_REVIEW',
      isKnown: true,
      settlement: { status: 'SETTLEMENT_STATUS_UNSETTLED' },
      refunds: [{ reference: 're_1', status: 'REFUND_STATUS_SUCCEEDED', paymentId: PAYMENT_ID }],
    });
  });

  it('walks a list by the filters that REST has, page by page', async () => {
    const seen: string[] = [];
    let pageToken = '';
    do {
      const { answer } = await listPayments({
        pageSize: 2,
        pageToken,
        settlementId: SETTLEMENT_ID,
        status: PaymentStatus.PAYMENT_STATUS_SUCCEEDED,
      });
      seen.push(...(answer?.payments ?? []).map(({ reference }) => reference));
      pageToken = answer?.nextPageToken ?? '';
    } while (pageToken !== '');
    expect(seen.sort()).toEqual(['0', '1', '2', '3', '4']);

    const all = await listPayments({});
    expect(all.answer?.payments).toHaveLength(6);
  });

  it('refuses what REST refuses', async () => {
    for (const request of [
      { pageSize: -1 },
      { pageToken: 'x' },
      { settlementId: 'x' },
      { account: 'x'.repeat(41) },
      { reference: '' },
      { orderId: 'a\u0000b' },
    ]) {
      const { error } = await listPayments(request);
      expect([request, error?.code]).toEqual([request, status.INVALID_ARGUMENT]);
    }
    const get = (paymentId: string): Promise<Called<Payment>> =>
      call((metadata, done) =>
        payments.getPayment({ paymentId, minPosition: undefined }, metadata, done),
      );
    expect((await get('pay_1')).error?.code).toBe(status.INVALID_ARGUMENT);
    expect((await get(SETTLEMENT_ID)).error?.code).toBe(status.NOT_FOUND);
  });
});

describe('SettlementService', () => {
  it('answers a batch with its payments, and lists it without', async () => {
    const one = await call<Settlement>((metadata, done) =>
      settlements.getSettlement(
        { settlementId: SETTLEMENT_ID, minPosition: undefined },
        metadata,
        done,
      ),
    );
    const list = await call<ListSettlementsResponse>((metadata, done) =>
      settlements.listSettlements(
        { pageSize: 0, pageToken: '', account: 'conomy-test', minPosition: undefined },
        metadata,
        done,
      ),
    );
    const summary = {
      settlementId: SETTLEMENT_ID,
      batch: 'batch-1',
      status: 'SETTLEMENT_STATUS_REPORTED',
      paymentCount: 5,
      totals: [{ currency: 'ARS', gross: { amount: '5.00' } }],
      statuses: [{ status: 'PAYMENT_STATUS_SUCCEEDED', count: 5 }],
    };

    expect(one.answer).toMatchObject(summary);
    expect(one.answer?.payments).toHaveLength(5);
    expect(list.answer?.settlements).toMatchObject([{ ...summary, payments: [] }]);
    expect(list.answer?.nextPageToken).toBe('');
  });

  it('refuses an id of another form, and one that no payment names', async () => {
    const get = (settlementId: string): Promise<Called<Settlement>> =>
      call((metadata, done) =>
        settlements.getSettlement({ settlementId, minPosition: undefined }, metadata, done),
      );
    expect((await get('batch-1')).error?.code).toBe(status.INVALID_ARGUMENT);
    expect((await get(PAYMENT_ID)).error?.code).toBe(status.NOT_FOUND);
  });
});

describe('a client that has no description of ours', () => {
  it('finds the services by reflection, health among them', async () => {
    const methods = await bufCurl(['--list-methods', url()]);

    expect(methods.split('\n')).toEqual(
      expect.arrayContaining([
        'cuadre.v1.OrderService/GetOrder',
        'cuadre.v1.PaymentService/GetPayment',
        'cuadre.v1.PaymentService/ListPayments',
        'cuadre.v1.SettlementService/GetSettlement',
        'cuadre.v1.SettlementService/ListSettlements',
        'grpc.health.v1.Health/Check',
      ]),
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
  it.each(['', 'cuadre.v1.OrderService', 'cuadre.v1.SettlementService'])(
    'is served for "%s"',
    async (service) => {
      const data = JSON.stringify({ service });
      const path = `http://127.0.0.1:${api.grpcPort}/grpc.health.v1.Health/Check`;

      expect(JSON.parse(await bufCurl(['-d', data, path]))).toEqual({ status: 'SERVING' });
    },
  );
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

type Called<Message> = { readonly answer: Message | null; readonly error: ServiceError | null };

function call<Message>(
  send: (
    metadata: Metadata,
    done: (error: ServiceError | null, answer: Message) => void,
  ) => unknown,
): Promise<Called<Message>> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${TOKENS.read}`);
  return new Promise((resolve) => {
    send(metadata, (error, answer) => resolve({ answer: error === null ? answer : null, error }));
  });
}

function listPayments(part: Partial<ListPaymentsRequest>): Promise<Called<ListPaymentsResponse>> {
  const request: ListPaymentsRequest = {
    pageSize: 0,
    pageToken: '',
    account: undefined,
    reference: undefined,
    orderId: undefined,
    settlementId: undefined,
    status: PaymentStatus.PAYMENT_STATUS_UNSPECIFIED,
    minPosition: undefined,
    ...part,
  };
  return call((metadata, done) => payments.listPayments(request, metadata, done));
}

function url(method?: string): string {
  return `http://127.0.0.1:${api.grpcPort}${method === undefined ? '' : `/cuadre.v1.${method}`}`;
}

async function bufCurl(options: readonly string[]): Promise<string> {
  const fixed = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];
  const { stdout } = await promisify(execFile)('node_modules/.bin/buf', [...fixed, ...options]);
  return stdout;
}
