import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import { uuidV5 } from '#events/uuid.js';
import { startApi, TOKENS, type ApiUnderTest } from '../../../test/harness/api.js';
import { eventIdOf, postEvents, transfer } from '../../../test/harness/ledger-rows.js';
import { insertRows } from '../../../test/harness/read-model-rows.js';
import { schemaErrors, type JsonSchema } from '../../../test/harness/json-schema.js';

type Operation = {
  readonly operationId?: string;
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { name: string; in: string; schema?: JsonSchema }[];
  readonly responses: Readonly<
    Record<string, { content?: Readonly<Record<string, { schema: JsonSchema }>> }>
  >;
};

type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
};

const ORDER_ID = 'ORD-1';
const SUBJECT = 'mintcash-test/payment/pay_1';
const PAYMENT_ID = subjectIdOf(SUBJECT);
const WITHDRAWAL = 'tonder-test/withdrawal/out-1';
const REFUND = 'conomy-test/transaction/re-1';
const SUBSCRIPTION = 'mintcash-test/subscription/sub-1';
const CUSTOMER = 'conomy-test/customer/cus-1';
const [WITHDRAWAL_ID, REFUND_ID, SUBSCRIPTION_ID, CUSTOMER_ID] = [
  WITHDRAWAL,
  REFUND,
  SUBSCRIPTION,
  CUSTOMER,
].map(subjectIdOf);
const SETTLEMENT_ID = settlementIdOf('conomy-test', 'batch-1');
const OBSERVATION_ID = '0199a0b0-0000-7000-8000-000000000001';
const ENTRY_ID = uuidV5(`entry/${eventIdOf(SUBJECT, 'paid')}/0`);

let api: ApiUnderTest;
let document: Document;

beforeAll(async () => {
  api = await startApi();
  const money = { amount: '1.00', currency: 'USD', minorUnits: '100', exponent: 2 };
  await insertRows(api.database, 'orders', [
    {
      order_id: ORDER_ID,
      amounts: JSON.stringify({ paid: [money], refunded: [], difference: [] }),
    },
  ]);
  await insertRows(api.database, 'payments', [
    {
      payment_id: PAYMENT_ID,
      reference: 'pay_1',
      subject: SUBJECT,
      order_id: ORDER_ID,
      status: 'succeeded',
      currency: 'USD',
      exponent: 2,
      amount_minor: 100n,
    },
    {
      payment_id: WITHDRAWAL_ID,
      kind: 'withdrawal',
      reference: 'out-1',
      subject: WITHDRAWAL,
      status: 'paid',
      reported: 'returned',
    },
    {
      payment_id: REFUND_ID,
      kind: 'refund',
      reference: 're-1',
      subject: REFUND,
      status: 'succeeded',
      parent_id: PAYMENT_ID,
      settlement_id: SETTLEMENT_ID,
      settlement_batch: 'batch-1',
    },
    {
      payment_id: subjectIdOf('conomy-test/transaction/tx-1'),
      reference: 'tx-1',
      subject: 'conomy-test/transaction/tx-1',
      status: 'in_review',
      currency: 'ARS',
      exponent: 2,
      amount_minor: 100n,
      settlement_id: SETTLEMENT_ID,
      settlement_batch: 'batch-1',
    },
  ]);
  await insertRows(api.database, 'refunds', [
    { refund_id: REFUND_ID, payment_id: PAYMENT_ID, reference: 're-1' },
  ]);
  await insertRows(api.database, 'subscriptions', [
    { subscription_id: SUBSCRIPTION_ID, reference: 'sub-1' },
  ]);
  await insertRows(api.database, 'customers', [{ customer_id: CUSTOMER_ID, reference: 'cus-1' }]);
  await insertRows(api.database, 'deliveries', [
    ...[
      {
        subject: WITHDRAWAL,
        claimed_status: 'paid',
        change_version: 1n,
        change_status: 'refunded',
      },
      { subject: REFUND, claimed_status: 'failed', change_version: 1n, change_status: 'failed' },
      { subject: SUBSCRIPTION, claimed_status: 'past_due' },
      { subject: CUSTOMER, claimed_status: 'standard' },
    ].map(({ subject, ...told }, n) => ({
      ...told,
      position: BigInt(n + 1),
      observation_id: `0199a0b0-0000-7000-8000-00000000001${n}`,
      subject,
      subject_id: subjectIdOf(subject),
      request_id: `request-of-${n}`,
    })),
    {
      position: 0n,
      observation_id: OBSERVATION_ID,
      subject: SUBJECT,
      subject_id: PAYMENT_ID,
      request_id: 'request-1',
      change_version: 1n,
      change_status: 'succeeded',
    },
  ]);
  await insertRows(api.database, 'parked_subjects', [
    { parked_id: PAYMENT_ID, subject: SUBJECT, recorded_at: '2026-11-21T10:00:02Z' },
  ]);
  await postEvents(api.database, [
    {
      subject: SUBJECT,
      name: 'paid',
      recordedAt: '2026-11-21T10:00:01.000Z',
      lines: [
        ...transfer(['assets:provider:mintcash-test', 'liabilities:merchant'], 100n, {
          effectiveAt: '2026-11-21T10:00:00.000Z',
        }),
        ...transfer(['suspense:mintcash-test', 'assets:provider:mintcash-test'], 1n, {
          line: 'cost',
          reason: 'unexplained-cost',
          effectiveAt: '2026-11-21T10:00:00.000Z',
        }),
      ],
    },
  ]);
  document = (await (await fetch(`${api.url}/openapi.json`)).json()) as Document;
});

afterAll(() => api.stop());

describe('the OpenAPI document', () => {
  it('is 3.1, and lists every route that the server has, beside the webhooks', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(
      operations()
        .map(([method, path]) => `${method.toUpperCase()} ${path}`)
        .sort(),
    ).toEqual([...api.routes, 'POST /webhooks/{source}'].sort());
  });

  it('names each operation once, declares its path parameters and an answer', () => {
    const names = operations().map(([, , operation]) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const [, path, operation] of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      expect(operation.summary).toBeTruthy();
      expect(Object.keys(operation.responses).join(' ')).toMatch(/\b20[01]\b/);
    }
  });

  it('refers to nothing that it does not hold, and uses no form of OpenAPI 3.0', () => {
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    expect(text).not.toMatch(/"nullable"|"exclusiveMinimum":(true|false)/);
    expect(text).not.toMatch(/"\$ref":"(?!#\/components\/schemas\/)/);
  });

  it('asks for a token wherever the server does', async () => {
    for (const [method, path, operation] of operations()) {
      if (method !== 'get') continue;
      const { status } = await fetch(`${api.url}${path.replaceAll(/\{\w+\}/g, PAYMENT_ID)}`);
      expect([path, (operation.security ?? []).length > 0]).toEqual([path, status === 401]);
    }
  });

  it.each([
    ['/v1/orders', '/v1/orders'],
    ['/v1/orders/{orderId}', `/v1/orders/${ORDER_ID}`],
    ['/v1/orders/{orderId}/trail', `/v1/orders/${ORDER_ID}/trail`],
    ['/v1/payments', '/v1/payments'],
    ['/v1/payments/{paymentId}', `/v1/payments/${PAYMENT_ID}`],
    ['/v1/payments/{paymentId}/trail', `/v1/payments/${PAYMENT_ID}/trail?originals=true`],
    ['/v1/withdrawals', '/v1/withdrawals'],
    ['/v1/withdrawals/{withdrawalId}', `/v1/withdrawals/${WITHDRAWAL_ID}`],
    ['/v1/withdrawals/{withdrawalId}/trail', `/v1/withdrawals/${WITHDRAWAL_ID}/trail`],
    ['/v1/refunds/{refundId}', `/v1/refunds/${REFUND_ID}`],
    ['/v1/refunds/{refundId}/trail', `/v1/refunds/${REFUND_ID}/trail`],
    ['/v1/subscriptions', '/v1/subscriptions'],
    ['/v1/subscriptions/{subscriptionId}', `/v1/subscriptions/${SUBSCRIPTION_ID}`],
    ['/v1/subscriptions/{subscriptionId}/trail', `/v1/subscriptions/${SUBSCRIPTION_ID}/trail`],
    ['/v1/customers', '/v1/customers'],
    ['/v1/customers/{customerId}', `/v1/customers/${CUSTOMER_ID}`],
    ['/v1/customers/{customerId}/trail', `/v1/customers/${CUSTOMER_ID}/trail`],
    ['/v1/settlements', '/v1/settlements'],
    ['/v1/settlements/{settlementId}', `/v1/settlements/${SETTLEMENT_ID}`],
    ['/v1/reviews', '/v1/reviews'],
    ['/v1/ledger/accounts', '/v1/ledger/accounts'],
    ['/v1/ledger/balances', '/v1/ledger/balances?asAt=2026-11-21'],
    ['/v1/ledger/trial-balance', '/v1/ledger/trial-balance'],
    ['/v1/ledger/entries', '/v1/ledger/entries'],
    ['/v1/ledger/entries/{entryId}', `/v1/ledger/entries/${ENTRY_ID}`],
    ['/v1/ledger/clearing', '/v1/ledger/clearing'],
    [
      '/v1/ledger/clearing/{account}/payments',
      '/v1/ledger/clearing/mintcash-test/payments?currency=ARS',
    ],
    ['/v1/ledger/suspense', '/v1/ledger/suspense'],
    ['/v1/ledger/periods', '/v1/ledger/periods'],
    ['/v1/ledger/export', '/v1/ledger/export'],
    ['/v1/ledger/statement', '/v1/ledger/statement?account=liabilities:merchant'],
    ['/v1/lookup', '/v1/lookup?q=pay_1'],
    ['/v1/lookup', '/v1/lookup?q=batch-1'],
    ['/v1/parked', '/v1/parked'],
    ['/v1/status', '/v1/status'],
    ['/readyz', '/readyz'],
  ])('describes what %s answers', async (path, url) => {
    const answer = await fetch(`${api.url}${url}`, {
      headers: { authorization: `Bearer ${TOKENS.originals}` },
    });
    expect(answer.status).toBe(200);

    const schema = document.paths[path]?.['get']?.responses['200']?.content?.['application/json'];
    expect(errorsOf(schema?.schema, await answer.json())).toEqual([]);
  });

  it.each(['/v1/orders/none', '/v1/orders?pageSize=0'])(
    'describes the problem of %s',
    async (url) => {
      const answer = await fetch(`${api.url}${url}`, {
        headers: { authorization: `Bearer ${TOKENS.read}` },
      });
      const responses = document.paths['/v1/orders/{orderId}']?.['get']?.responses ?? {};
      const schema =
        responses[String(answer.status)]?.content?.['application/problem+json']?.schema;

      expect(errorsOf(schema, await answer.json())).toEqual([]);
    },
  );
});

describe('the check of answers', () => {
  const schema: JsonSchema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: ['string', 'null'], enum: ['x', null] }, b: { type: 'integer' } },
  };
  const errors = (value: unknown) => schemaErrors(schema, value, { definitions: {} });

  it('fails for what is missing, of another type, not listed or not described', () => {
    expect(errors({ a: null, b: 1 })).toEqual([]);
    for (const value of [{}, { a: 'y' }, { a: 1 }, { a: 'x', b: 1.5 }, { a: 'x', c: 1 }, 'a']) {
      expect(errors(value)).not.toEqual([]);
    }
  });
});

function operations(): readonly (readonly [method: string, path: string, operation: Operation])[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [method, path, operation] as const),
  );
}

function errorsOf(schema: JsonSchema | undefined, value: unknown): readonly string[] {
  if (schema === undefined) return ['no schema'];
  return schemaErrors(schema, value, { definitions: document.components.schemas });
}
