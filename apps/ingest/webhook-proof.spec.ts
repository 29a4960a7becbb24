import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trustOf } from '#events/observation.js';
import {
  BODY_LIMIT_BYTES,
  CONOMY_SECRET,
  TONDER_SECRET,
  WebhookEdge,
} from '../../test/harness/webhook-edge.js';

let edge: WebhookEdge;

beforeEach(async () => {
  edge = await WebhookEdge.open();
});

afterEach(() => edge.close());

const hmac = (text: string, secret: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

const CAPTURED =
  '{"event":"Transaction.Captured","data":{"transaction":{"id":"67a0307eaddea901a60144ec",' +
  '"totalAmount":"50000","externalId":"123456","currency":"COP","status":"CAPTURED"}}}';

function signedBody(text: string, signature = hmac(text, CONOMY_SECRET)): string {
  return `${text.slice(0, -1)},"signature":"${signature}"}`;
}

describe('a Conomy delivery', () => {
  it('is signed in its body or in a header, and trusted the same', async () => {
    const header = { 'x-webhook-signature': hmac(CAPTURED, CONOMY_SECRET) };
    expect((await edge.post('conomy', signedBody(CAPTURED))).status).toBe(200);
    expect((await edge.post('conomy', CAPTURED, header)).status).toBe(200);
    const kept = await edge.observations();
    expect(kept.map(trustOf)).toEqual(['signed', 'signed']);
    expect(kept.map(({ value }) => value.toString())[0]).toBe(kept[1]?.value.toString());
    expect(kept.map((one) => edge.opened(one)).toSorted()).toEqual(
      [CAPTURED, signedBody(CAPTURED)].toSorted(),
    );
  });

  it('is refused with a wrong signature in one place, whatever is right in the other', async () => {
    const wrong = { 'x-webhook-signature': hmac('other', CONOMY_SECRET) };
    const forged = signedBody(CAPTURED, hmac('other', CONOMY_SECRET));
    const right = { 'x-webhook-signature': hmac(forged, CONOMY_SECRET) };
    expect((await edge.post('conomy', signedBody(CAPTURED), wrong)).status).toBe(401);
    expect((await edge.post('conomy', forged, right)).status).toBe(401);
    expect((await edge.post('conomy', CAPTURED)).status).toBe(401);
    expect(await edge.observations()).toEqual([]);
    const reasons = edge.refused.map(({ reason }) => reason);
    expect(reasons).toEqual(['signature-mismatch', 'signature-mismatch', 'signature-missing']);
  });

  it('says nothing by members that its signature does not cover', async () => {
    const smuggled =
      '{"eventType":"payment.settled","transaction":{"id":"evil","status":"SETTLED"},' +
      signedBody(CAPTURED).slice(1);
    expect((await edge.post('conomy', smuggled)).status).toBe(200);
    const kept = await edge.onlyObservation();
    expect(kept.subject).toContain('67a0307eaddea901a60144ec');
    expect(kept.value.toString()).not.toMatch(/evil|SETTLED|payment\.settled/);
    expect(edge.opened(kept)).toBe(smuggled);
  });
});

const DIRECT =
  '{"id":"550e8400-e29b-41d4-a716-446655440000","operation_type":"payment",' +
  '"event_type":"payment.status_changed","status":"Success","amount":"150.00","currency":"MXN"}';
const BASIC = Buffer.from(`tonder:${TONDER_SECRET}`).toString('base64').replace(/=+$/, '');

describe('a Tonder delivery with a fixed credential', () => {
  const WAYS: [source: string, right: Record<string, string>, wrong: Record<string, string>][] = [
    [
      'tonder-bearer',
      { authorization: `Bearer ${TONDER_SECRET}` },
      { authorization: 'Bearer wrong' },
    ],
    ['tonder-token', { 'x-api-key': TONDER_SECRET }, { 'x-api-key': 'wrong' }],
    ['tonder-basic', { authorization: `Basic ${BASIC}` }, { authorization: 'Basic d3Jvbmc6' }],
  ];

  it.each(WAYS)('at %s is trusted with the right one alone', async (source, right, wrong) => {
    expect((await edge.post(source, DIRECT, wrong)).status).toBe(401);
    expect((await edge.post(source, DIRECT)).status).toBe(401);
    expect((await edge.post(source, DIRECT, right)).status).toBe(200);
    const kept = await edge.onlyObservation();
    expect(trustOf(kept)).toBe('signed');
    expect(kept.verification).toEqual({ mode: 'static', keyId: 's2', verdict: 'verified' });
    const metrics = await edge.metrics.text();
    for (const reason of ['credential-mismatch', 'credential-missing']) {
      expect(metrics).toContain(
        `cuadre_webhook_unproven_total{provider="tonder",account="tonder",source="${source}",` +
          `reason="${reason}",action="refused"} 1`,
      );
    }
  });

  it('is refused before its body is read', async () => {
    const tooLarge = 'x'.repeat(BODY_LIMIT_BYTES + 1);
    expect((await edge.post('tonder-bearer', tooLarge)).status).toBe(401);
  });

  it('leaves its credential nowhere, whichever way it is sent', async () => {
    const credentials = {
      authorization: `Bearer ${TONDER_SECRET}`,
      'x-api-key': TONDER_SECRET,
      'x-request-id': TONDER_SECRET,
      'x-trace-id': BASIC,
    };
    const telling = DIRECT.replace('550e8400-e29b-41d4-a716-446655440000', TONDER_SECRET);
    for (const source of ['tonder-bearer', 'tonder-token', 'tonder-none', 'tonder-hosted']) {
      for (const body of [DIRECT, telling, DIRECT.replace('Success', BASIC)]) {
        expect((await edge.post(source, body, credentials)).status).toBe(200);
      }
    }
    const kept = await edge.observations();
    const seen = kept.map(({ sealed: _sealed, value, ...rest }) => [rest, value.toString()]);
    for (const secret of [TONDER_SECRET, BASIC]) {
      expect(JSON.stringify(seen)).not.toContain(secret);
      expect(edge.logLines.join()).not.toContain(secret);
      expect(await edge.metrics.text()).not.toContain(secret);
    }
  });
});

describe('a Tonder delivery whose signature is only logged', () => {
  it('is a claim without a right signature, and trusted with one', async () => {
    const right = { 'tonder-signature': hmac(DIRECT, TONDER_SECRET) };
    const wrong = { 'tonder-signature': hmac('other', TONDER_SECRET) };
    for (const headers of [{}, wrong, { 'tonder-signature': 'v1=x' }, right]) {
      expect((await edge.post('tonder-hosted', DIRECT, headers)).status).toBe(200);
    }
    const kept = await edge.observations();
    expect(kept.map(trustOf).toSorted()).toEqual([
      'signed',
      'unverified',
      'unverified',
      'unverified',
    ]);
    expect(edge.refused).toEqual([]);
    const metrics = await edge.metrics.text();
    for (const reason of ['missing', 'mismatch', 'malformed']) {
      expect(metrics).toContain(`reason="signature-${reason}",action="kept"} 1`);
    }
    expect(metrics).toContain('source="tonder-hosted",outcome="unverified"} 3');
    expect(metrics).toContain('source="tonder-hosted",outcome="accepted"} 1');
  });

  it('is refused once it is insisted on', async () => {
    expect((await edge.post('tonder-hosted-strict', DIRECT)).status).toBe(401);
    const right = { 'tonder-signature': hmac(DIRECT, TONDER_SECRET) };
    expect((await edge.post('tonder-hosted-strict', DIRECT, right)).status).toBe(200);
  });

  it('as a claim uses up a budget of its own', async () => {
    const wrong = { 'tonder-signature': hmac('other', TONDER_SECRET) };
    const statuses: number[] = [];
    for (const headers of [{}, wrong, {}, wrong]) {
      statuses.push((await edge.post('tonder-hosted-slow', DIRECT, headers)).status);
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    const right = { 'tonder-signature': hmac(DIRECT, TONDER_SECRET) };
    expect((await edge.post('tonder-hosted-slow', DIRECT, right)).status).toBe(200);
  });

  it('may be the first probe of a dashboard', async () => {
    for (const body of ['', '{}', '{"test":true}', 'ping']) {
      expect((await edge.post('tonder-hosted', body)).status).toBe(200);
    }
    for (const { subject } of await edge.observations()) {
      expect(subject).toContain('tonder/unkeyed/');
    }
  });
});
