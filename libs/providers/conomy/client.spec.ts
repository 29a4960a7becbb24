import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { BLANK_CONOMY } from '../../../test/harness/conomy-observations.js';
import type { Account } from '../account.js';
import { ProviderUnavailable, type HttpCall, type LookupAnswer } from '../provider.js';
import { conomyClient } from './client.js';
import { conomy } from './conomy.js';

type Request = Parameters<HttpCall>[0];
type Reply = { status: number; body?: string; headers?: Record<string, string> };

const account: Account = {
  id: 'conomy',
  provider: 'conomy',
  environment: 'test',
  sources: [],
  api: {
    baseUrl: 'https://api.conomy.example/sandbox/',
    credentials: { apiKey: 'api-key', clientId: 'client-id', clientSecret: 'client-secret' },
    lookupRate: { perSecond: 1, burst: 1 },
  },
};
const subject = { account: 'conomy', kind: 'transaction', reference: 'tx-1' } as const;
const FOUND =
  '{"id":"tx-1","externalId":"order-1","type":"PURCHASE","status":"SETTLED","product":"CLP:CLP",' +
  '"purchaseAmount":"49990","purchaseCurrency":"CLP","currency":"CLP","settledAt":"2026-05-18T10:02:11Z",' +
  '"origins":[{"etpay":{"customer":{"email":"payer@example.com"}}}]}';
const FACTS =
  '{"id":"tx-1","externalId":"order-1","type":"PURCHASE","status":"SETTLED","product":"CLP:CLP",' +
  '"purchaseAmount":"49990","purchaseCurrency":"CLP","currency":"CLP","settledAt":"2026-05-18T10:02:11Z"}';
const NOT_FOUND =
  '{"status":404,"code":"31","type":"notFound","detail":"No payment of Ana Gómez","traceId":"5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab"}';

/** A Conomy that answers by a script, on a clock of its own. */
function harness(script: {
  readonly auth?: (count: number) => Reply;
  readonly payment?: (count: number) => Reply;
}) {
  const requests: Request[] = [];
  const clock = { nowMs: 1_000_000 };
  const counts = { auth: 0, payment: 0 };
  const http: HttpCall = async (request) => {
    requests.push(request);
    await new Promise((resolve) => setImmediate(resolve));
    const route = request.url.endsWith('/auth') ? 'auth' : 'payment';
    const count = counts[route]++;
    const standard =
      route === 'auth'
        ? `{"accessToken":"access-${count + 1}","tokenType":"Bearer","expiresIn":3600}`
        : FOUND;
    const reply = script[route]?.(count) ?? { status: 200, body: standard };
    return {
      status: reply.status,
      headers: reply.headers ?? { 'content-type': 'application/json' },
      body: Buffer.from(reply.body ?? ''),
    };
  };
  return {
    client: conomyClient(account, { http, nowMs: () => clock.nowMs }),
    requests,
    clock,
    counts,
  };
}

async function failureOf(lookup: Promise<unknown>): Promise<ProviderUnavailable> {
  const error: unknown = await lookup.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderUnavailable)) throw new Error('It did not fail as unavailable.');
  expect(`${error.message} ${error.stack}`).not.toMatch(/api-key|client-secret|access-\d|Ana/);
  return error;
}

function interpret({ value }: LookupAnswer) {
  const observation: Observation = {
    ...BLANK_CONOMY,
    kind: 'lookup',
    subject: 'conomy/transaction/tx-1',
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf: 0n, askedAtMs: 0 },
    value,
  };
  return conomy.interpret(observation, 1);
}

describe('conomyClient', () => {
  it('logs in, asks, and answers the facts beside the exact bytes', async () => {
    const { client, requests } = harness({});
    const answer = await client.lookup(subject);
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://api.conomy.example/sandbox/auth',
        headers: {
          'x-api-key': 'api-key',
          'user-agent': 'cuadre/1',
          'content-type': 'application/json',
        },
        body: '{"clientId":"client-id","clientSecret":"client-secret"}',
      },
      {
        method: 'GET',
        url: 'https://api.conomy.example/sandbox/payments/tx-1',
        headers: {
          'x-api-key': 'api-key',
          'user-agent': 'cuadre/1',
          authorization: 'Bearer access-1',
          'conomyhq-api-version': '24-04-2025',
        },
      },
    ]);
    expect(answer).toEqual({
      found: true,
      body: Buffer.from(FOUND),
      contentType: 'application/json',
      value: Buffer.from(`{"body":${FACTS},"query":{"status":200}}`),
      askedAtMs: 1_000_000,
      providerTraceIds: [],
    });
    expect(interpret(answer)).toMatchObject({
      event: {
        eventType: 'lookup',
        dedupeId: '0197c0de-0000-7000-8000-000000000001',
        orderId: 'order-1',
        occurredAt: '2026-05-18T10:02:11.000Z',
        tells: {
          about: 'payment',
          fact: { status: 'succeeded', amount: { minor: 49_990n, currency: 'CLP', exponent: 0 } },
        },
      },
    });
  });

  it('takes a 404 for an answer, with the id that support asks for', async () => {
    const { client } = harness({ payment: () => ({ status: 404, body: NOT_FOUND }) });
    const answer = await client.lookup(subject);
    expect(answer).toMatchObject({
      found: false,
      value: Buffer.from('{"body":null,"query":{"status":404}}'),
      providerTraceIds: ['5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab'],
    });
    expect(interpret(answer)).toMatchObject({
      event: { orderId: null, tells: { about: 'payment', fact: null } },
    });
  });

  it('asks about refunds as about payments', async () => {
    const refund = '{"id":"tx-1","type":"REFUND","parentPaymentId":"tx-0","status":"RECEIVED"}';
    const { client } = harness({ payment: () => ({ status: 200, body: refund }) });
    expect(interpret(await client.lookup(subject))).toMatchObject({
      event: {
        tells: { fact: { kind: 'refund', status: 'pending', parent: 'conomy/transaction/tx-0' } },
      },
    });
  });

  it('escapes the reference, and asks for nothing but a transaction', async () => {
    const { client, requests } = harness({ payment: () => ({ status: 404 }) });
    await client.lookup({ ...subject, reference: '../balance?a=1#' });
    expect(requests[1]?.url).toBe(
      'https://api.conomy.example/sandbox/payments/..%2Fbalance%3Fa%3D1%23',
    );
    await expect(client.lookup({ ...subject, reference: '..' })).rejects.toThrow('no lookup');
    await expect(client.lookup({ ...subject, kind: 'customer' })).rejects.toThrow('no lookup');
    expect(requests).toHaveLength(2);
  });

  it('keeps the token for its stated lifetime, and renews it ahead of the end', async () => {
    const { client, clock, counts } = harness({});
    await Promise.all([client.lookup(subject), client.lookup(subject)]);
    expect(counts).toEqual({ auth: 1, payment: 2 });
    clock.nowMs += 3_569_000;
    await client.lookup(subject);
    expect(counts.auth).toBe(1);
    clock.nowMs += 1_000;
    await client.lookup(subject);
    expect(counts.auth).toBe(2);
  });

  it('renews a refused token once, and dates the answer by the second question', async () => {
    const { client, clock, counts } = harness({
      payment: (count) => {
        clock.nowMs += 500;
        return count === 0 ? { status: 401 } : { status: 200, body: FOUND };
      },
    });
    const { askedAtMs } = await client.lookup(subject);
    expect({ askedAtMs, counts }).toEqual({
      askedAtMs: 1_000_500,
      counts: { auth: 2, payment: 2 },
    });
    const refusing = harness({ payment: () => ({ status: 401 }) });
    await failureOf(refusing.client.lookup(subject));
    expect(refusing.counts).toEqual({ auth: 2, payment: 2 });
  });

  it.each([
    [
      'a refusal',
      { status: 401, body: '{"status":401,"code":"41","type":"unauthorized"}' },
      '41 unauthorized',
    ],
    ['no token', { status: 200, body: '{"expiresIn":3600}' }, '200'],
    ['a token that no header can carry', { status: 200, body: '{"accessToken":"a b"}' }, '200'],
  ])('says what a login was answered with: %s', async (_, reply, words) => {
    const { client } = harness({
      auth: (count) => (count === 0 ? reply : { status: 200, body: '{"accessToken":"access-9"}' }),
    });
    expect((await failureOf(client.lookup(subject))).message).toContain(words);
    expect((await client.lookup(subject)).found).toBe(true);
  });

  it.each([
    ['a 500', { status: 500 }],
    ['a 403', { status: 403, body: '{"status":403,"code":"43","type":"forbiddenOperation"}' }],
    ['a page', { status: 200, body: '<html>' }],
    ['another payment', { status: 200, body: FOUND.replace('tx-1', 'tx-2') }],
    ['an unknown status', { status: 200, body: FOUND.replace('SETTLED', 'LOST') }],
    ['no status', { status: 200, body: '{"id":"tx-1"}' }],
    ['an error with status 200', { status: 200, body: '{"error":{"type":"bad_request"}}' }],
    ['a list', { status: 200, body: `[${FOUND}]` }],
    ['too much', { status: 200, body: `${FOUND}${' '.repeat(256 * 1024)}` }],
  ])('takes %s for no answer', async (_, reply) => {
    const { client } = harness({ payment: () => reply });
    expect((await failureOf(client.lookup(subject))).retryAfterMs).toBeNull();
  });

  it('names the kind of error and its trace, never its sentences', async () => {
    const body = NOT_FOUND.replace('"31"', '"21"').replace('notFound', 'failedPrecondition');
    const { client } = harness({ payment: () => ({ status: 422, body }) });
    expect((await failureOf(client.lookup(subject))).message).toContain(
      '422 to a lookup (21 failedPrecondition, trace 5f8f2a8e-4b7c-4a1e-8d3f-1234567890ab)',
    );
  });

  it('hands on how long Conomy asks to wait', async () => {
    const { client } = harness({
      payment: () => ({ status: 429, headers: { 'retry-after': '7' } }),
    });
    expect((await failureOf(client.lookup(subject))).retryAfterMs).toBe(7_000);
  });
});
