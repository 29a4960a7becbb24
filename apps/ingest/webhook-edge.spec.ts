import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodePosition } from '#events/position.js';
import { makeToken } from '#providers/per-payment-token.js';
import {
  COBRU_BODY,
  mintcashEvent,
  OLD_SECRET,
  sign,
  TOKEN_KEY,
  URL_SECRET,
  WebhookEdge,
} from '../../test/harness/webhook-edge.js';

let edge: WebhookEdge;

beforeEach(async () => {
  edge = await WebhookEdge.open();
});

afterEach(() => edge.close());

describe('an accepted delivery', () => {
  it('is durable before it is answered, and the answer names its position', async () => {
    const body = mintcashEvent();
    const { status, json, headers } = await edge.post('mint', body, sign(body));
    expect(status).toBe(200);
    const observation = await edge.onlyObservation();
    expect(json).toEqual({
      status: 'accepted',
      requestId: observation.requestId,
      position: expect.any(String),
    });
    expect(headers.get('x-request-id')).toBe(observation.requestId);
    const position = decodePosition(String(json['position']), edge.log);
    expect(position).toEqual({ logId: edge.log.logId, next: await edge.log.endPositions() });
    expect(observation).toMatchObject({
      kind: 'webhook',
      account: 'mint',
      route: 'mint',
      subject: 'mint/payment/5807f36c-a19d-4a65-838c-4749f07ca66e',
      verification: { mode: 'hmac', keyId: 's2', verdict: 'verified' },
      schema: { provider: 'mintcash', shape: 'webhook' },
      bodyType: 'application/json',
    });
    expect(JSON.parse(observation.value.toString())).toHaveProperty('body.data.amount', 1.25);
  });

  it('keeps the exact bytes, sealed', async () => {
    const body = ` ${mintcashEvent()}\n`;
    await edge.post('mint', body, sign(body));
    const observation = await edge.onlyObservation();
    expect(edge.opened(observation)).toBe(body);
    expect(observation.value.toString()).not.toContain('"apiVersion" ');
  });

  it('may be signed with any active secret', async () => {
    const body = mintcashEvent();
    expect((await edge.post('mint', body, sign(body, OLD_SECRET))).status).toBe(200);
    expect((await edge.onlyObservation()).verification.keyId).toBe('s1');
  });

  it('is accepted again as a duplicate, with an observation of its own', async () => {
    const body = mintcashEvent();
    const first = await edge.post('mint', body, sign(body));
    const second = await edge.post('mint', body, sign(body));
    expect([first.status, second.status]).toEqual([200, 200]);
    const [one, other] = await edge.observations();
    expect(one?.id).not.toBe(other?.id);
    expect(one?.subject).toBe(other?.subject);
    expect(one?.bodyDigest).toBe(other?.bodyDigest);
  });

  it('may be of an event that nobody knows', async () => {
    const body = mintcashEvent({ event: 'payment.teleported' });
    expect((await edge.post('mint', body, sign(body))).status).toBe(200);
    expect((await edge.onlyObservation()).subject).toContain('mint/payment/');
  });

  it('is kept without a subject where its authentic body cannot be read', async () => {
    for (const body of ['{"eventId":', '', '[]', '{"a":1,"a":2}', '\u0000']) {
      expect((await edge.post('mint', body, sign(body))).status).toBe(200);
    }
    const kept = await edge.observations();
    expect(kept).toHaveLength(5);
    for (const observation of kept) {
      expect(observation.subject).toMatch(/^mint\/unkeyed\/[0-9a-f]{64}$/);
      expect(observation.value.toString()).toBe('{"body":null,"query":{}}');
    }
    expect(kept.filter(({ sealed }) => sealed === null)).toHaveLength(1);
  });

  it('is never lost or doubled among many at once', async () => {
    const bodies = Array.from({ length: 200 }, (_, n) => mintcashEvent({ eventId: `event-${n}` }));
    const answers = await Promise.all(bodies.map((body) => edge.post('mint', body, sign(body))));
    expect(answers.map(({ status }) => status)).toEqual(bodies.map(() => 200));
    const kept = await edge.observations();
    expect(kept.map((one) => edge.opened(one)).toSorted()).toEqual(bodies.toSorted());
    expect(new Set(kept.map(({ requestId }) => requestId)).size).toBe(200);
  });
});

describe('a forged or misdirected MintCash delivery', () => {
  it('is answered 401 by one constant body and never enters the log', async () => {
    const body = mintcashEvent();
    const forgeries: Record<string, string>[] = [
      {},
      { 'x-signature': '' },
      { 'x-signature': 'f00' },
      sign(body, 'some-other-secret-value'),
      { 'x-signature': (sign(body)['x-signature'] ?? '').toUpperCase() },
      sign(JSON.stringify(JSON.parse(body), null, 1)),
    ];
    const texts = new Set<string>();
    for (const headers of forgeries) {
      const { status, json } = await edge.post('mint', body, headers);
      expect(status).toBe(401);
      expect(json['code']).toBe('bad-signature');
      texts.add(JSON.stringify(json).replaceAll(String(json['requestId']), 'ID'));
    }
    expect(texts.size).toBe(1);
    expect(await edge.observations()).toEqual([]);
    expect(edge.refused).toHaveLength(forgeries.length);
    expect(edge.refused[3]).toMatchObject({ source: 'mint', reason: 'signature-mismatch' });
    expect(edge.refused[3]?.bodyDigest).toMatch(/^digest-1:[0-9a-f]{64}$/);
  });

  it('uses up a budget of its own and leaves the genuine alone', async () => {
    const body = mintcashEvent();
    const forged = sign(body, 'some-other-secret-value');
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1)
      statuses.push((await edge.post('mint-slow', body, forged)).status);
    expect(statuses).toEqual([401, 401, 429, 429, 429, 429]);
    expect(edge.refused).toHaveLength(2);
    expect((await edge.post('mint-slow', body, sign(body))).status).toBe(200);
  });

  it('is refused where it belongs to the other environment', async () => {
    const body = mintcashEvent({ environment: 'live' });
    const strict = await edge.post('mint', body, sign(body));
    expect([strict.status, strict.json['code']]).toEqual([400, 'wrong-environment']);
    const quiet = await edge.post('mint-quiet', body, sign(body));
    expect([quiet.status, quiet.json['status']]).toEqual([200, 'ignored']);
    expect(quiet.json).not.toHaveProperty('position');
    expect(await edge.observations()).toEqual([]);
    expect(edge.refused.map(({ reason }) => reason)).toEqual([
      'wrong-environment',
      'wrong-environment',
    ]);
    expect(await edge.metrics.text()).toContain('outcome="wrong_env"} 1');
  });
});

describe('a Cobru delivery', () => {
  const json = { 'content-type': 'application/json' };

  it('proves itself by the secret in its URL, which is kept nowhere', async () => {
    await edge.post(`cobru?ref=ORD-1&t=${URL_SECRET}`, COBRU_BODY, json);
    const observation = await edge.onlyObservation();
    expect(observation).toMatchObject({
      subject: 'cobru-co/payment/3gofdf6f',
      verification: { mode: 'url-secret', keyId: 's1', verdict: 'verified' },
      redactedQuery: 'ref=ORD-1&t=***',
    });
    expect(JSON.parse(observation.value.toString())).toHaveProperty('query.reference', 'ORD-1');
  });

  it('proves itself by a token that fits its reference, and by no other', async () => {
    const token = makeToken({ key: TOKEN_KEY, account: 'cobru-co', reference: 'ORD-1' });
    await edge.post(`cobru?ref=ORD-1&t=${token}`, COBRU_BODY, json);
    expect((await edge.onlyObservation()).verification).toEqual({
      mode: 'url-token',
      keyId: 'k1',
      verdict: 'verified',
    });
    await edge.post(`cobru?ref=ORD-2&t=${token}`, COBRU_BODY, json);
    const verdicts = (await edge.observations()).map(({ verification }) => verification.verdict);
    expect(verdicts.toSorted()).toEqual(['unverified', 'verified']);
  });

  it.each(['', '?ref=ORD-1', '?ref=ORD-1&t=', '?ref=ORD-1&t=a-retired-secret-value'])(
    'is stored as unverified and answered 200 with the query "%s"',
    async (query) => {
      expect((await edge.post(`cobru${query}`, COBRU_BODY, json)).status).toBe(200);
      expect((await edge.onlyObservation()).verification.verdict).toBe('unverified');
    },
  );

  it.each([
    ['a form', 'application/x-www-form-urlencoded', 'state=3&url=3gofdf6f&amount=50000'],
    ['a form called JSON', 'application/json', 'state=3&url=3gofdf6f&amount=50000'],
    ['JSON called nothing', '', COBRU_BODY],
    ['JSON called by nonsense', ';;', COBRU_BODY],
  ])('is read as %s', async (_name, type, body) => {
    const { status } = await edge.post(`cobru?t=${URL_SECRET}`, body, { 'content-type': type });
    expect(status).toBe(200);
    expect((await edge.onlyObservation()).subject).toBe('cobru-co/payment/3gofdf6f');
  });

  it('is kept whatever its body is', async () => {
    for (const body of ['', '{', 'null', '{"state":3}', '%%%', Buffer.from([0xff, 0x00])]) {
      expect((await edge.post(`cobru?t=${URL_SECRET}`, body, json)).status).toBe(200);
    }
    const subjects = (await edge.observations()).map(({ subject }) => subject);
    expect(subjects).toHaveLength(6);
    for (const subject of subjects) expect(subject).toContain('cobru-co/unkeyed/');
  });

  it('with a wrong token uses up a budget of its own', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      statuses.push((await edge.post('cobru-slow?t=wrong-secret-wrong', COBRU_BODY, json)).status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect((await edge.post(`cobru-slow?t=${URL_SECRET}`, COBRU_BODY, json)).status).toBe(200);
  });
});
