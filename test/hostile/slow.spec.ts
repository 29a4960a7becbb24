import type { Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webhookServerOptions } from '../../apps/ingest/webhook-route.js';
import { COBRU_SECRET, genuineBody, HostileEdge, signatureOf } from './hostile-edge.js';
import { exchange, type Part } from './raw-http.js';

/** The time-outs of the server, shortened: what they do is the same. */
const SHORT = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
const NEIGHBOUR_MS = 1_000;
const BODY = genuineBody('slow');
const HEAD = [
  'POST /webhooks/mint HTTP/1.1',
  'host: cuadre.test',
  `content-length: ${BODY.length}`,
  `x-signature: ${signatureOf(BODY)}`,
  '',
  '',
].join('\r\n');

let edge: HostileEdge;
let server: Server;

beforeEach(async () => {
  const change = (created: Server): void => {
    server = Object.assign(created, SHORT);
  };
  edge = await HostileEdge.open({ change });
});

afterEach(() => edge.close());

function dripped(text: string, waitMs = 50): Part[] {
  return [...text].flatMap((letter) => [letter, { waitMs }]);
}

describe('a slow sender', () => {
  it.each([
    ['of headers', dripped(HEAD)],
    ['of nothing at all', [{ waitMs: 5_000 }]],
    ['of a body', [HEAD, ...dripped(BODY)]],
    ['of half a body', [HEAD, BODY.slice(0, 40)]],
    [
      'of a chunked body',
      [
        `POST /webhooks/cobru?t=${COBRU_SECRET} HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n`,
        ...Array.from({ length: 60 }, () => ['1\r\n \r\n', { waitMs: 50 }]).flat(),
      ],
    ],
  ])('%s is told so, and its connection ends', async (_name, parts) => {
    const { answers } = await exchange(edge.port, parts, { timeoutMs: 4_000 });
    expect(answers.map(({ status }) => status)).toEqual([408]);
    expect(answers[0]?.headers.get('connection')).toBe('close');
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ code: 'request-timeout' });
    expect(await edge.log.endPositions()).toEqual([0n, 0n, 0n, 0n]);
  });

  it('does not delay its neighbours, three hundred of it neither', async () => {
    const sockets = Array.from({ length: 300 }, (_, n) => {
      const socket = connect(edge.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(n % 2 === 0 ? HEAD.slice(0, 60) : `${HEAD}${BODY.slice(0, 40)}`);
      return socket;
    });
    for (let n = 0; n < 20; n += 1) {
      const { status, tookMs } = await edge.genuine(`among-slow-${n}`);
      expect(status).toBe(200);
      expect(tookMs).toBeLessThan(NEIGHBOUR_MS);
    }
    await expect
      .poll(() => new Promise((resolve) => server.getConnections((_, n) => resolve(n))), {
        timeout: 5_000,
      })
      .toBeLessThan(5);
    for (const socket of sockets) socket.destroy();
  });

  it('of an answer that it does not wait for leaves the server as it was', async () => {
    for (let n = 0; n < 50; n += 1) {
      const socket = connect(edge.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(HEAD + BODY.slice(0, n * 4));
      socket.resetAndDestroy();
    }
    expect((await edge.genuine('after-resets')).status).toBe(200);
  });
});

describe('the limits of the server', () => {
  it('are set, and not left to a default', () => {
    expect(webhookServerOptions).toMatchObject({
      requestTimeout: 15_000,
      keepAliveTimeout: 65_000,
      http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 },
    });
    expect(server.maxConnections).toBe(10_000);
  });
});
