import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailable } from '#event-log/event-log.js';
import {
  BODY_LIMIT_BYTES,
  COBRU_BODY,
  mintcashEvent,
  sign,
  URL_SECRET,
  WebhookEdge,
} from '../../test/harness/webhook-edge.js';

let edge: WebhookEdge;

beforeEach(async () => {
  edge = await WebhookEdge.open();
});

afterEach(() => edge.close());

describe('the order of checks', () => {
  const tooLarge = 'x'.repeat(BODY_LIMIT_BYTES + 1);

  it('knows the source first', async () => {
    const { status, json } = await edge.post('nobody', tooLarge);
    expect([status, json['code']]).toEqual([404, 'unknown-source']);
  });

  it('asks for a credential before it counts, and counts before it measures', async () => {
    expect((await edge.post('mint', tooLarge)).status).toBe(401);
    for (let i = 0; i < 2; i += 1) await edge.post('cobru-slow', COBRU_BODY);
    const limited = await edge.post('cobru-slow', tooLarge);
    expect(limited.status).toBe(429);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  it('measures before it checks the signature', async () => {
    const wrong = sign('another body');
    expect((await edge.post('mint', tooLarge, wrong)).status).toBe(413);
    const packed = { ...wrong, 'content-encoding': 'gzip' };
    expect((await edge.post('mint', 'x', packed)).status).toBe(415);
    expect(edge.refused).toEqual([]);
  });

  it('keeps a compressed body of a source that may never send again', async () => {
    const packed = gzipSync(COBRU_BODY);
    const { status } = await edge.post('cobru', packed, { 'content-encoding': 'gzip' });
    expect(status).toBe(200);
    const kept = await edge.onlyObservation();
    expect(kept.subject).toMatch(/^cobru-co\/unkeyed\//);
  });

  it('takes a body at the limit and refuses one byte more, announced or not', async () => {
    const padding = BODY_LIMIT_BYTES - mintcashEvent({ note: '' }).length;
    const body = mintcashEvent({ note: 'x'.repeat(padding) });
    expect(body).toHaveLength(BODY_LIMIT_BYTES);
    expect((await edge.post('mint', body, sign(body))).status).toBe(200);
    const larger = `${body} `;
    expect((await edge.post('mint', larger, sign(larger))).status).toBe(413);
    const parts = new ReadableStream({
      start(controller) {
        for (const part of [larger.slice(0, 100), larger.slice(100)]) {
          controller.enqueue(Buffer.from(part));
        }
        controller.close();
      },
    });
    const options = { method: 'POST', body: parts, headers: sign(larger), duplex: 'half' };
    const chunked = await fetch(`${edge.url}/webhooks/mint`, options as RequestInit);
    expect(chunked.status).toBe(413);
    expect(await edge.observations()).toHaveLength(1);
  });

  it('has one method', async () => {
    const response = await fetch(`${edge.url}/webhooks/mint`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('a log that does not answer', () => {
  it.each([
    ['is stuck', () => Promise.reject(new LogUnavailable('Late.', { retryAfterMs: 2_500 })), '3'],
    ['fails', () => Promise.reject(new Error('Connection lost.')), '1'],
  ])('that %s is a 503 with the time to come back', async (_name, append, retryAfter) => {
    edge.log.append = append;
    const body = mintcashEvent();
    const { status, headers, json } = await edge.post('mint', body, sign(body));
    expect([status, json['code']]).toEqual([503, 'log-unavailable']);
    expect(headers.get('retry-after')).toBe(retryAfter);
    expect(JSON.stringify(json)).not.toContain('Connection');
  });
});

describe('a sender that goes away', () => {
  it('leaves nothing behind', async () => {
    const { port } = new URL(edge.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /webhooks/cobru HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"state":',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await expect.poll(() => edge.metrics.text()).toContain('outcome="aborted"} 1');
    expect(await edge.observations()).toEqual([]);
  });
});

describe('personal data and secrets', () => {
  it('are found among the facts behind escapes too', async () => {
    const escaped = URL_SECRET.replace('c', '\\u0063');
    const body = `{"state":3,"url":"3gofdf6f","amount":"1","cus":"${escaped}"}`;
    expect((await edge.post('cobru', body)).status).toBe(200);
    const kept = await edge.onlyObservation();
    expect(kept.value.toString()).toBe('{"body":null,"query":{}}');
    expect(edge.opened(kept)).toBe(body);
  });

  const CANARIES = [
    'Maria Canaria',
    'maria.canaria@example.com',
    '4111111111111111',
    '4111 1111 1111 1111',
    'sk_live_canary_secret',
    URL_SECRET,
  ];

  it('are in nothing but the sealed bytes, wherever they stood', async () => {
    for (const canary of CANARIES) {
      const text = encodeURIComponent(canary);
      const headers = {
        'user-agent': `agent ${canary}`,
        'content-type': `application/json; name="${canary}"`,
        'x-request-id': canary,
        authorization: `Bearer ${canary}`,
        cookie: `session=${canary}`,
        'x-forwarded-for': canary,
        'x-canary': canary,
      };
      const query = `ref=ORD-1&t=${URL_SECRET}&t=${text}&name=${text}&${text}=1`;
      const body = JSON.stringify({
        state: 3,
        url: '3gofdf6f',
        amount: '50000',
        payer_name: canary,
        payer_email: canary,
        description: canary,
        payment_method: canary,
        orderId: canary,
        [canary]: canary,
      });
      expect((await edge.post(`cobru?${query}`, body, headers)).status).toBe(200);
      const { 'content-type': _type, ...others } = headers;
      const event = mintcashEvent({ customer: { name: canary, email: canary }, note: canary });
      expect((await edge.post('mint', event, { ...others, ...sign(event) })).status).toBe(200);
      await edge.post('mint', event, headers);
      await edge.post('cobru-slow', '{', headers);
    }
    const kept = await edge.observations();
    expect(kept.map((one) => edge.opened(one)).join()).toContain('Maria Canaria');
    const seen = kept.map(({ sealed: _sealed, value, ...rest }) => [rest, value.toString()]);
    const text = JSON.stringify(seen, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    for (const canary of CANARIES) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain(encodeURIComponent(canary));
      expect(edge.logLines.join()).not.toContain(canary);
      expect(JSON.stringify(edge.refused)).not.toContain(canary);
      expect(await edge.metrics.text()).not.toContain(canary);
    }
    expect(kept[0]?.headers).not.toHaveProperty('authorization');
  });
});
