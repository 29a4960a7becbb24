import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, retryAfterMs, type HttpClient } from './http-client.js';

let server: Server | null = null;
let client: HttpClient | null = null;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

describe('HTTP client', () => {
  it('answers with status, headers and the exact bytes', async () => {
    const url = await serve((request, response) => {
      response.writeHead(404, { 'X-Trace': 'abc', 'content-type': 'application/json' });
      request.pipe(response);
    });
    const answer = await start().call({ method: 'POST', url, body: '{"ñ":1.10}' });
    expect(answer.status).toBe(404);
    expect(answer.headers['x-trace']).toBe('abc');
    expect(answer.body.toString()).toBe('{"ñ":1.10}');
  });

  it('follows no redirect', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    expect((await start().call({ method: 'GET', url })).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('gives up on a body beyond the bound', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(2000)));
    const call = start({ bodyBytesMax: 1000, retryMax: 3 }).call({ method: 'GET', url });
    await expect(call).rejects.toMatchObject({ name: 'HttpCallFailed', reason: 'too-large' });
  });

  it('gives up on a server that stalls in the middle of the body', async () => {
    const url = await serve((_, response) => void response.write('half'));
    const call = start({ totalTimeoutMs: 80 }).call({ method: 'GET', url: `${url}?t=canary` });
    await expect(call).rejects.toMatchObject({ reason: 'timeout' });
    await expect(call).rejects.not.toThrow(/canary/);
  });

  it('gives up on a host that does not take the connection', async () => {
    // A TEST-NET address (RFC 5737): packets to it go nowhere, or are refused at once.
    const call = start({ connectTimeoutMs: 100 }).call({ method: 'GET', url: 'http://192.0.2.1/' });
    await expect(call).rejects.toMatchObject({ name: 'HttpCallFailed' });
  });

  it('asks again after 5xx and 429, honouring Retry-After', async () => {
    const statuses = [503, 429, 200];
    const times: number[] = [];
    const url = await serve((_, response) => {
      times.push(performance.now());
      const status = statuses.shift() ?? 200;
      response.writeHead(status, status === 429 ? { 'retry-after': '1' } : {}).end();
    });
    const answer = await start({ retryMax: 3 }).call({ method: 'GET', url });
    expect(answer.status).toBe(200);
    expect((times[2] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('leaves a long Retry-After to the caller', async () => {
    const url = await serve((_, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
    });
    expect((await start({ retryMax: 3 }).call({ method: 'GET', url })).status).toBe(429);
  });

  it('never sends a POST twice', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(503).end();
    });
    expect((await start({ retryMax: 3 }).call({ method: 'POST', url })).status).toBe(503);
    expect(requests).toBe(1);
  });
});

describe('Retry-After', () => {
  it.each([
    ['2', 2000],
    ['Thu, 01 Jan 1970 00:00:05 GMT', 4000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
  ])('%s is %s ms', (header, expected) => {
    expect(retryAfterMs(header, 1000)).toBe(expected);
  });
});

function start(options: Parameters<typeof createHttpClient>[0] = {}): HttpClient {
  client = createHttpClient(options);
  return client;
}

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/path`;
}
