import { describe, expect, it } from 'vitest';
import type { Subject } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import type { Account } from '../account.js';
import { ProviderUnavailable, type HttpCall } from '../provider.js';
import { tonderClient } from './client.js';

type Reply = { status: number; body?: string; headers?: Record<string, string> };

const NOW_MS = 1_700_000_000_000;
const transaction: Subject = { account: 'tonder', kind: 'transaction', reference: '550e8400-1' };
const withdrawal: Subject = { account: 'tonder', kind: 'withdrawal', reference: 'wdr_1' };
const session: Subject = { account: 'tonder', kind: 'session', reference: 'cs_97' };
const DETAIL =
  '{"id":"550e8400-1","operation_type":"payment","status":"success","amount":150.00,' +
  '"currency":"MXN","merchant_reference":"order-789","concept":"From Jane Canary",' +
  '"customer":{"name":"Canary"}}';

function accountOf(credentials: Record<string, string>, baseUrl: string): Account {
  return {
    id: 'tonder',
    provider: 'tonder',
    environment: 'test',
    sources: [],
    api: { baseUrl, credentials, lookupRate: { perSecond: 1, burst: 1 } },
  };
}

/** A Tonder that answers by a script, on a clock that stands still. */
function harness(
  replies: Reply | readonly Reply[],
  {
    baseUrl = 'https://stage.tonder.io/api/v1/',
    credentials = {},
  }: { baseUrl?: string; credentials?: Record<string, string> } = {},
) {
  const requests: Parameters<HttpCall>[0][] = [];
  const script = [replies].flat();
  const http: HttpCall = (request) => {
    const reply = script[Math.min(requests.length, script.length - 1)] ?? { status: 500 };
    requests.push(request);
    return Promise.resolve({
      status: reply.status,
      headers: reply.headers ?? { 'content-type': 'application/json' },
      body: Buffer.from(reply.body ?? ''),
    });
  };
  const account = accountOf({ apiKey: 'canary-api-key', ...credentials }, baseUrl);
  return { client: tonderClient(account, { http, nowMs: () => NOW_MS }), requests };
}

async function failureOf(lookup: Promise<unknown>): Promise<ProviderUnavailable> {
  const error: unknown = await lookup.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderUnavailable)) throw new Error('It did not fail as unavailable.');
  expect(`${error.message} ${error.stack}`).not.toMatch(/canary/i);
  return error;
}

describe('tonderClient', () => {
  it('asks with its token and answers the facts beside the exact bytes', async () => {
    const { client, requests } = harness({ status: 200, body: DETAIL });
    expect(await client.lookup(transaction)).toEqual({
      found: true,
      body: Buffer.from(DETAIL),
      contentType: 'application/json',
      value: Buffer.from(
        '{"body":{"id":"550e8400-1","operation_type":"payment","status":"success","amount":150.00,' +
          '"currency":"MXN","merchant_reference":"order-789"},"query":{"status":200}}',
      ),
      askedAtMs: NOW_MS,
      providerTraceIds: [],
    });
    expect(requests).toEqual([
      {
        method: 'GET',
        url: 'https://stage.tonder.io/api/v1/transactions/550e8400-1/',
        headers: { authorization: 'Token canary-api-key' },
      },
    ]);
  });

  it.each([
    ['https://stage.tonder.io/api/v1', {}, 'https://api-stage.tonder.io'],
    ['https://app.tonder.io/api/v1', {}, 'https://api.tonder.io'],
    ['http://127.0.0.1:8095/tonder', {}, 'http://127.0.0.1:8095/tonder'],
    ['http://127.0.0.1:8095/tonder/api/v1', {}, 'http://127.0.0.1:8095/tonder'],
    ['https://app.tonder.io/api/v1', { hostedBaseUrl: 'https://h.example/' }, 'https://h.example'],
  ])('finds Hosted Checkout beside %s', async (baseUrl, credentials, host) => {
    const body = '{"id":"cs_97","status":"completed","amount_total":15000}';
    const { client, requests } = harness({ status: 200, body }, { baseUrl, credentials });
    expect((await client.lookup(session)).found).toBe(true);
    expect(requests.map(({ url }) => url)).toEqual([`${host}/checkout/v1/sessions/cs_97`]);
  });

  it('asks the Withdrawals API where it is said to be', async () => {
    const { client, requests } = harness(
      { status: 200, body: '{"id":"wdr_1","status":"PAID_FULL"}' },
      { credentials: { withdrawalsBaseUrl: 'https://prod.tonder.io/api/v1' } },
    );
    expect((await client.lookup(withdrawal)).found).toBe(true);
    expect(requests.map(({ url }) => url)).toEqual([
      'https://prod.tonder.io/api/v1/withdrawals/wdr_1/',
    ]);
  });

  it('asks the Direct API for a withdrawal that the Withdrawals API does not know', async () => {
    const { client, requests } = harness([
      { status: 404 },
      { status: 200, body: '{"id":"wdr_1","operation_type":"withdrawal","status":"success"}' },
    ]);
    expect((await client.lookup(withdrawal)).found).toBe(true);
    expect(requests.map(({ url }) => url)).toEqual([
      'https://stage.tonder.io/api/v1/withdrawals/wdr_1/',
      'https://stage.tonder.io/api/v1/transactions/wdr_1/',
    ]);
  });

  it('takes no payment of the same id for that withdrawal', async () => {
    const { client } = harness([
      { status: 404 },
      { status: 200, body: '{"id":"wdr_1","operation_type":"payment","status":"success"}' },
    ]);
    const { found, value } = await client.lookup(withdrawal);
    expect([found, value.toString()]).toEqual([false, '{"body":null,"query":{"status":404}}']);
  });

  it.each<[string, Subject, string]>([
    ['a withdrawal for a payment', { ...withdrawal, kind: 'transaction' }, 'withdrawal'],
    ['a withdrawal in another case', { ...withdrawal, kind: 'transaction' }, 'WITHDRAWAL'],
    ['a payment that the Withdrawals API answers for a withdrawal', withdrawal, 'payment'],
  ])('answers that there is none where it would take %s', async (_, subject, operation) => {
    const body = `{"id":"wdr_1","operation_type":"${operation}","status":"success","amount":100}`;
    const { found, value } = await harness({ status: 200, body }).client.lookup(subject);
    expect([found, value.toString()]).toEqual([false, '{"body":null,"query":{"status":404}}']);
  });

  it('takes a 404 for an answer, with the id of the request', async () => {
    const body = '{"error":{"code":"not_found"},"request_id":"req_abc123"}';
    const { found, value, providerTraceIds } = await harness({ status: 404, body }).client.lookup(
      transaction,
    );
    expect(found).toBe(false);
    expect(value.toString()).toBe('{"body":null,"query":{"status":404}}');
    expect(providerTraceIds).toEqual(['req_abc123']);
  });

  it.each([
    ['of another transaction', 200, '{"id":"other","status":"success"}'],
    ['without a status', 200, '{"id":"550e8400-1"}'],
    ['of a status that is not documented', 200, '{"id":"550e8400-1","status":"canary"}'],
    [
      'of an operation that is not documented',
      200,
      '{"id":"550e8400-1","operation_type":"canary","status":"success"}',
    ],
    ['that is no JSON', 200, '<html>canary</html>'],
    ['that is no success', 202, '{"id":"550e8400-1","status":"success"}'],
    ['that is too large', 200, `"${'x'.repeat(256 * 1024)}"`],
  ])('takes an answer %s for none', async (_, status, body) => {
    const { retryAfterMs } = await failureOf(harness({ status, body }).client.lookup(transaction));
    expect(retryAfterMs).toBeNull();
  });

  it.each([
    [
      '{"error":{"code":"validation_error","message":"canary","details":{"field":"amount"}},' +
        '"request_id":"req_1"}',
      'validation_error, amount, req_1',
    ],
    ['{"error":"Invalid request data","details":"canary"}', 'invalid_request_data'],
    [
      '{"error":"Bad Request","message":"canary","field":"amount","error_id":"e-1"}',
      'bad_request, amount, e-1',
    ],
  ])('names what was refused, and no free text of %s', async (body, said) => {
    const error = await failureOf(harness({ status: 400, body }).client.lookup(transaction));
    expect(error.message).toContain(`(400, ${said})`);
  });

  it.each<[string, Reply, number | null]>([
    [
      'the body',
      { status: 429, body: '{"error":{"code":"rate_limit_exceeded","retry_after":60}}' },
      60_000,
    ],
    [
      'X-RateLimit-Reset',
      { status: 429, headers: { 'x-ratelimit-reset': String(NOW_MS / 1_000 + 7) } },
      7_000,
    ],
    [
      'Retry-After',
      { status: 429, body: '{"error":{"retry_after":60}}', headers: { 'retry-after': '5' } },
      5_000,
    ],
    ['a time that is past', { status: 429, headers: { 'x-ratelimit-reset': '1' } }, 0],
    ['a time far off', { status: 429, body: '{"error":{"retry_after":999999}}' }, 3_600_000],
    ['nothing', { status: 429 }, null],
    ['a failure', { status: 503, body: '{"error":"canary","error_id":"e-1"}' }, null],
  ])('waits as %s asks', async (_, reply, waitMs) => {
    const error = await failureOf(harness(reply).client.lookup(transaction));
    expect(error.retryAfterMs).toBe(waitMs);
  });

  it.each<Subject>([
    { ...transaction, kind: 'legacy' },
    { ...transaction, reference: '..' },
  ])('has no lookup for $kind $reference', async (subject) => {
    const { client, requests } = harness({ status: 200, body: DETAIL });
    await expect(client.lookup(subject)).rejects.toThrow(InvariantError);
    expect(requests).toEqual([]);
  });
});
