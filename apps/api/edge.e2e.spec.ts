import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, TOKENS, type ApiUnderTest } from '../../test/harness/api.js';
import { ask, expectProblem } from '../../test/harness/http-answer.js';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
});

afterAll(() => api.stop());

describe('parameters', () => {
  it('are refused by name, all of them at once', async () => {
    const { body } = await ask(api, '/v1/orders?status=payed&pageSize=x&sort=asc');

    expect(body['errors']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/query/status', code: 'not-allowed' }),
        expect.objectContaining({ pointer: '/query/pageSize', code: 'not-a-page-size' }),
        expect.objectContaining({ pointer: '/query/sort', code: 'unknown-parameter' }),
      ]),
    );
  });

  it.each([
    'status=paid&status=paid',
    'status[]=paid',
    '__proto__=1',
    'constructor=1',
    'toString=1',
    'minPosition[a]=1',
  ])('of a strange form are a 400: %s', async (query) => {
    expectProblem(await ask(api, `/v1/orders?${query}`), 400, 'invalid-parameter');
  });
});

describe('access', () => {
  it('without a token is 401 everywhere under /v1, and says how to ask', async () => {
    const paths = ['orders', 'orders/a', 'orders/a/trail', 'payments', 'lookup?q=a', 'parked'];
    for (const path of [
      ...paths,
      'status',
      `payments/00000000-0000-5000-8000-000000000000/trail`,
    ]) {
      const answer = await ask(api, `/v1/${path}`, { token: null });
      expectProblem(answer, 401, 'unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cuadre"');
    }
  });

  it.each(['nearly-' + TOKENS.read, TOKENS.read.slice(0, -1), 'x', ''])(
    'with the wrong token "%s" is 401',
    async (token) => {
      expectProblem(await ask(api, '/v1/orders', { token }), 401, 'unauthenticated');
    },
  );

  it('without the scope is a 403 that names it', async () => {
    const answer = await ask(api, '/v1/orders', { token: TOKENS.operate });

    expectProblem(answer, 403, 'forbidden');
    expect(answer.body['detail']).toContain('read');
    expect(answer.headers.get('www-authenticate')).toContain('scope="read"');
  });
});

describe('every answer', () => {
  it('names its request; a caller who is known may choose the name', async () => {
    const own = await ask(api, '/v1/orders', { headers: { 'x-request-id': 'mine-1' } });
    const stranger = await ask(api, '/healthz', {
      token: null,
      headers: { 'x-request-id': 'theirs-1' },
    });
    const unusable = await ask(api, '/v1/orders', { headers: { 'x-request-id': 'a b"' } });

    expect(own.headers.get('x-request-id')).toBe('mine-1');
    expect(stranger.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(unusable.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is a problem for an unknown path, a wrong method and a malformed URL', async () => {
    expectProblem(await ask(api, '/v1/nothing'), 404, 'not-found');
    const wrong = await ask(api, '/v1/orders/a', { method: 'DELETE' });
    expectProblem(wrong, 405, 'method-not-allowed');
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expectProblem(await ask(api, '/v1/orders/%zz'), 400, 'malformed-request');
    const posted = await ask(api, '/v1/orders', {
      headers: { 'content-type': 'application/json' },
      method: 'POST',
    });
    expectProblem(posted, 405, 'method-not-allowed');
  });

  it('is a problem even for what is no HTTP', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      socket.write('BREW / HTTP/1.1\r\n\r\n');
    });

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"malformed-request"');
  });

  it('leaves one line of log without ids of the path or values of the query', async () => {
    await ask(api, '/v1/payments?reference=canary-reference', {
      headers: { 'x-request-id': 'log-1' },
    });
    await ask(api, '/v1/orders/canary-order', { headers: { 'x-request-id': 'log-2' } });
    const lines = api.lines();

    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(JSON.stringify(lines)).not.toContain(TOKENS.read);
    expect(lines.filter((line) => line['route'] === '/v1/orders/{orderId}').at(-1)).toMatchObject({
      method: 'GET',
      status: 404,
    });
  });

  it('is counted by route, never by path', async () => {
    await ask(api, '/v1/orders/counted');
    const metrics = await fetch(`${api.url}/metrics`);
    const text = await metrics.text();

    expect(metrics.headers.get('content-type')).toContain('application/openmetrics-text');
    expect(text).toMatch(
      /http_server_request_duration_seconds_count\{.*route="\/v1\/orders\/\{orderId\}"/,
    );
    expect(text).not.toContain('counted');
  });
});

describe('what needs no token', () => {
  it('tells whether it is well, ready, and where things are', async () => {
    expect((await ask(api, '/healthz', { token: null })).body).toMatchObject({ status: 'ok' });
    expect(await ask(api, '/readyz', { token: null })).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { 'read-models': { status: 'ok' } } },
    });
    expect((await ask(api, '/', { token: null })).body).toMatchObject({
      links: { openapi: '/openapi.json' },
    });
  });
});

describe('before anything was folded', () => {
  it('reads are refused for the moment, not failed', async () => {
    await api.database.query('drop schema cuadre cascade');
    for (const path of ['orders', 'orders/a', 'payments', 'lookup?q=a', 'parked', 'status']) {
      const answer = await ask(api, `/v1/${path}`);
      expectProblem(answer, 503, 'not-caught-up');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });
});
