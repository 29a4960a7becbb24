import { describe, expect, it } from 'vitest';
import {
  appendSignature as withSignature,
  IN_BODY,
  IN_HEADER,
  signatureOf,
  signedInHeader,
  sourceOf,
  verify,
} from '../../../test/harness/verified-source.js';
import type { Source } from '../account.js';

function conomy(secret: string): Source {
  return sourceOf({
    mode: 'any',
    of: [IN_BODY, { ...IN_HEADER, header: 'x-webhook-signature' }],
    secrets: [{ id: 's1', value: secret }],
    enforcement: 'enforce',
  });
}

const CAPTURED = (externalId: string): string =>
  '{"event":"Transaction.Captured","data":{"transaction":{"id":"67a0307eaddea901a60144ec",' +
  '"purchaseAmount":"50000","totalAmount":"50000",' +
  `"externalId":"${externalId}","currency":"COP","status":"CAPTURED"}}}`;
const RECEIVED = (externalId: string): string =>
  '{"event":"Transaction.Received","data":{"transaction":{"id":"1",' +
  `"externalId":"${externalId}","currency":"COP","status":"RECEIVED"}}}`;

const V1B = 'a78ce73783bd6f0ad70993ee3cef1cd36b42d8951e9e87d69f859111c47d32c2';
const V1C = '4c47136699c2f2508910c6d025e148b982feadfde951746f77f5655845362e79';
const JS_TEXT = RECEIVED('a<b&c');
const GO_TEXT = RECEIVED(String.raw`a\u003cb\u0026c`);

describe('vectors of Conomy', () => {
  it.each([
    [
      'V1 Conomy contract A, documented inputs',
      CAPTURED('123456'),
      '8ebbc8f202a8ee1fae51de8923fcc042a5cf9fe3e98f96a1d866b61dfd518d56',
    ],
    [
      "V1' Conomy contract A, the vendor's placeholder",
      CAPTURED('{{CLIENT_TRANSACTION_ID}}'),
      '0bf6914dc577565aa0f7a6fa42c93aa29279b3316b34819d263e05bc9bcf00d9',
    ],
    ['V1b Conomy contract A, JavaScript text', JS_TEXT, V1B],
    ['V1c Conomy contract A, Go-style escapes', GO_TEXT, V1C],
  ])('%s', (_name, message, signature) => {
    const found = verify(conomy('WEBHOOK_SECRET'), { body: withSignature(message, signature) });
    expect(found.verification).toEqual({ mode: 'hmac', keyId: 's1', verdict: 'verified' });
    expect(found.signedBytes?.toString()).toBe(message);
  });

  it('V1 has 195 bytes', () => expect(CAPTURED('123456')).toHaveLength(195));

  it('V1b covers a body whose text was escaped on the way, and reads what was signed', () => {
    const found = verify(conomy('WEBHOOK_SECRET'), { body: withSignature(GO_TEXT, V1B) });
    expect(found.verification.verdict).toBe('verified');
    expect(found.signedBytes?.toString()).toBe(JS_TEXT);
  });

  it('V1c covers nothing but the escapes that were signed', () => {
    const found = verify(conomy('WEBHOOK_SECRET'), { body: withSignature(JS_TEXT, V1C) });
    expect(found).toMatchObject({ isRefused: true, reason: 'signature-mismatch' });
  });

  it('the signature that the documentation prints is a placeholder', () => {
    const printed = 'f8a23d5e'.padEnd(64, '0');
    const body = withSignature(CAPTURED('123456'), printed);
    expect(verify(conomy('WEBHOOK_SECRET'), { body }).reason).toBe('signature-mismatch');
  });

  const SETTLED =
    '{"eventType":"payment.settled","timestamp":"2026-04-17T15:30:00Z","transaction":' +
    '{"id":"69e0df45b604159c5b8ba5a9","externalId":"bm_abc-123","status":"SETTLED",' +
    '"totalAmount":"2000.00","currency":"ARS","type":"TOPUP_ACCOUNT"}}';

  it('V2 Conomy contract B', () => {
    const signature = 'd64432daf445db59b7cf22f80f078b40eed86179b7461a42de3aabce04c6b1dd';
    const headers = { 'x-webhook-signature': signature };
    const found = verify(conomy('test-secret-key'), { body: SETTLED, headers });
    expect(found.verification).toEqual({ mode: 'hmac', keyId: 's1', verdict: 'verified' });
    expect(found.signedBytes).toBeNull();
  });

  it("Conomy contract C, B's names under A's signature", () => {
    const signature = signatureOf(SETTLED, 'test-secret-key');
    const found = verify(conomy('test-secret-key'), { body: withSignature(SETTLED, signature) });
    expect(found.verification.verdict).toBe('verified');
    expect(found.signedBytes?.toString()).toBe(SETTLED);
  });

  it('V3 MintCash', () => {
    const body =
      '{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.succeeded",' +
      '"type":"payment","apiVersion":"2026-05-01","environment":"test",' +
      '"createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e",' +
      '"externalId":"order-1","status":"succeeded","amount":1.25,"currency":"USD"}}';
    const source = signedInHeader({ secrets: [{ id: 's1', value: 'test-signing-secret' }] });
    const signature = '068722a27f0eab32f77a7211e367789f120c7844200fbc54f11352a9d2d6c82e';
    const found = verify(source, { body, headers: { 'x-signature': signature } });
    expect(found.verification.verdict).toBe('verified');
  });
});
