import { describe, expect, it } from 'vitest';
import type { Account } from '../account.js';
import { ProviderUnavailable, type HttpCall } from '../provider.js';
import { cobruClient } from './client.js';

type Request = Parameters<HttpCall>[0];
type Reply = { status: number; body?: string | Buffer; headers?: Record<string, string> };

const account: Account = {
  id: 'cobru',
  provider: 'cobru',
  environment: 'test',
  sources: [],
  api: {
    baseUrl: 'https://dev.cobru.example/',
    credentials: { apiKey: 'api-key', refreshToken: 'refresh-token' },
    lookupRate: { perSecond: 1, burst: 1 },
  },
};
const subject = { account: 'cobru', kind: 'payment', reference: '3gofdf6f' } as const;
const DETAIL = '{"url":"3gofdf6f","state":3,"amount":50000.00,"payer_email":"payer@example.com"}';

function jwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2ln`;
}

/** A Cobru that answers by a script, on a clock of its own. */
function harness(script: {
  readonly refresh?: (count: number) => Reply;
  readonly detail?: (count: number, request: Request) => Reply;
}) {
  const requests: Request[] = [];
  const clock = { nowMs: 1_000_000 };
  const counts = { refresh: 0, detail: 0 };
  const http: HttpCall = async (request) => {
    requests.push(request);
    await new Promise((resolve) => setImmediate(resolve));
    const isRefresh = request.url.endsWith('/token/refresh/');
    const count = counts[isRefresh ? 'refresh' : 'detail']++;
    const reply = isRefresh
      ? (script.refresh?.(count) ?? { status: 200, body: '{"access":"access-1"}' })
      : (script.detail?.(count, request) ?? { status: 200, body: DETAIL });
    return {
      status: reply.status,
      headers: reply.headers ?? { 'content-type': 'application/json' },
      body: Buffer.from(reply.body ?? ''),
    };
  };
  const client = cobruClient(account, { http, nowMs: () => clock.nowMs });
  return { client, requests, clock, counts };
}

async function failureOf(lookup: Promise<unknown>): Promise<ProviderUnavailable> {
  const error: unknown = await lookup.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderUnavailable)) throw new Error('It did not fail as unavailable.');
  expect(`${error.message} ${error.stack}`).not.toMatch(/api-key|refresh-token|access-1/);
  return error;
}

describe('cobruClient', () => {
  it('logs in, asks, and answers the facts beside the exact bytes', async () => {
    const { client, requests } = harness({});
    const answer = await client.lookup(subject);
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://dev.cobru.example/token/refresh/',
        headers: { 'x-api-key': 'api-key', 'content-type': 'application/json' },
        body: '{"refresh":"refresh-token"}',
      },
      {
        method: 'GET',
        url: 'https://dev.cobru.example/cobru_detail/3gofdf6f',
        headers: { 'x-api-key': 'api-key', authorization: 'Bearer access-1' },
      },
    ]);
    expect(answer).toEqual({
      found: true,
      body: Buffer.from(DETAIL),
      contentType: 'application/json',
      value: Buffer.from(
        '{"body":{"url":"3gofdf6f","state":3,"amount":50000.00},"query":{"status":200}}',
      ),
      askedAtMs: 1_000_000,
      providerTraceIds: [],
    });
  });

  it('reads an answer that is a JSON string holding the JSON', async () => {
    const { client } = harness({ detail: () => ({ status: 200, body: JSON.stringify(DETAIL) }) });
    const answer = await client.lookup(subject);
    expect(answer.value.toString()).toContain('"state":3,"amount":50000.00');
    expect(answer.body.toString()).toBe(JSON.stringify(DETAIL));
  });

  it('asks for a bank withdrawal by its number, and for nothing else', async () => {
    const answered = { pk: 112941, state: 3, amount: 19370, account_holder_name: 'TEST' };
    const { client, requests } = harness({
      detail: () => ({ status: 200, body: JSON.stringify(answered) }),
    });
    const withdrawal = { ...subject, kind: 'bank-withdrawal', reference: '112941' } as const;
    const answer = await client.lookup(withdrawal);
    expect(requests[1]?.url).toBe('https://dev.cobru.example/thirdpartywithdraw/112941');
    expect(answer.value.toString()).toBe(
      '{"body":{"pk":112941,"state":3,"amount":19370},"query":{"status":200}}',
    );
    await failureOf(client.lookup({ ...withdrawal, reference: '112942' }));
    await expect(client.lookup({ ...withdrawal, kind: 'cash-withdrawal' })).rejects.toThrow(
      'no lookup for cash-withdrawal',
    );
  });

  it('takes a 404 for an answer', async () => {
    const { client } = harness({ detail: () => ({ status: 404, body: '{"detail":"No."}' }) });
    const answer = await client.lookup(subject);
    expect(answer.found).toBe(false);
    expect(answer.value.toString()).toBe('{"body":null,"query":{"status":404}}');
  });

  it('escapes the reference in the path', async () => {
    const { client, requests } = harness({ detail: () => ({ status: 404 }) });
    await client.lookup({ ...subject, reference: '../balance/?a=1#' });
    expect(requests[1]?.url).toBe(
      'https://dev.cobru.example/cobru_detail/..%2Fbalance%2F%3Fa%3D1%23',
    );
    await expect(client.lookup({ ...subject, reference: '..' })).rejects.toThrow('no lookup');
  });

  it('shares one login among concurrent lookups', async () => {
    const { client, counts } = harness({});
    await Promise.all(Array.from({ length: 5 }, () => client.lookup(subject)));
    expect(counts).toEqual({ refresh: 1, detail: 5 });
  });

  it('keeps the token until its own expiry', async () => {
    const access = jwt({ exp: 2_000 });
    const { client, clock, counts } = harness({
      refresh: () => ({ status: 200, body: JSON.stringify({ access }) }),
    });
    await client.lookup(subject);
    clock.nowMs = 1_969_999;
    await client.lookup(subject);
    expect(counts.refresh).toBe(1);
    clock.nowMs = 1_970_000;
    await client.lookup(subject);
    expect(counts.refresh).toBe(2);
  });

  it('keeps a token without expiry for 14 minutes', async () => {
    const { client, clock, counts } = harness({});
    await client.lookup(subject);
    clock.nowMs += 14 * 60_000 - 1;
    await client.lookup(subject);
    expect(counts.refresh).toBe(1);
    clock.nowMs += 1;
    await client.lookup(subject);
    expect(counts.refresh).toBe(2);
  });

  it('logs in once more after a 401, and gives up after a second one', async () => {
    const { client, counts } = harness({
      refresh: (count) => ({ status: 200, body: `{"access":"access-1${count}"}` }),
      detail: (_, { headers }) =>
        headers?.['authorization'] === 'Bearer access-11'
          ? { status: 200, body: DETAIL }
          : { status: 401 },
    });
    expect((await client.lookup(subject)).found).toBe(true);
    expect(counts).toEqual({ refresh: 2, detail: 2 });

    const refusing = harness({ detail: () => ({ status: 401 }) });
    await failureOf(refusing.client.lookup(subject));
    expect(refusing.counts).toEqual({ refresh: 2, detail: 2 });
  });

  it('recovers from a login that failed', async () => {
    const { client } = harness({
      refresh: (count) =>
        count === 0 ? { status: 401 } : { status: 200, body: '{"access":"access-1"}' },
    });
    await failureOf(client.lookup(subject));
    expect((await client.lookup(subject)).found).toBe(true);
  });

  it.each([
    ['a 500', { status: 500 }],
    ['a 503', { status: 503, headers: { 'retry-after': 'soon' } }],
    ['a 403', { status: 403, body: '{"error":"Error."}' }],
    ['a redirect', { status: 302 }],
    ['a page', { status: 200, body: '<html>' }],
    ['an error with status 200', { status: 200, body: '{"error":true,"msg":"unknown"}' }],
    ['another payment', { status: 200, body: DETAIL.replace('3gofdf6f', 'other') }],
    ['an unknown state', { status: 200, body: DETAIL.replace('"state":3', '"state":7') }],
    ['no state', { status: 200, body: '{"url":"3gofdf6f"}' }],
    ['a list', { status: 200, body: `[${DETAIL}]` }],
    ['too much', { status: 200, body: `${DETAIL}${' '.repeat(256 * 1024)}` }],
  ])('takes %s for no answer', async (_, reply) => {
    const { client } = harness({ detail: () => reply });
    expect((await failureOf(client.lookup(subject))).retryAfterMs).toBeNull();
  });

  it('takes a broken connection for no answer', async () => {
    const cause = new Error('ECONNRESET');
    const client = cobruClient(account, {
      http: () => Promise.reject(cause),
      nowMs: () => 0,
    });
    expect((await failureOf(client.lookup(subject))).cause).toBe(cause);
  });

  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 1970 00:16:50 GMT', 10_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['999999', 3_600_000],
  ])('hands on how long Cobru asks to wait: %s', async (header, retryAfterMs) => {
    const { client } = harness({
      detail: () => ({ status: 429, headers: { 'retry-after': header } }),
    });
    expect((await failureOf(client.lookup(subject))).retryAfterMs).toBe(retryAfterMs);
  });
});
