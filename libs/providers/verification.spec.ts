import { describe, expect, it } from 'vitest';
import {
  CURRENT as current,
  FORMER as former,
  signatureOf as sign,
  signedInHeader,
  sourceOf,
  verify as verifySent,
} from '../../test/harness/verified-source.js';
import type { Source } from './account.js';
import { makeToken } from './per-payment-token.js';
import { checkCredential, checkSignature, isUndecided } from './verification.js';

const body = Buffer.from('{"event":"payment.succeeded","data":{"amount":1.50}}');

function verify(
  source: Source,
  signature: string | string[] | undefined,
  bytes: Buffer = body,
): { verdict: string; keyId: string | null; reason: string | null } {
  const sent = { headers: { 'x-signature': signature }, body: bytes };
  const { verification, isRefused, reason, signedBytes } = verifySent(source, sent);
  expect(isRefused).toBe(reason !== null);
  expect(isRefused).toBe(verification.verdict === 'unverified');
  expect(signedBytes).toBeNull();
  return { verdict: verification.verdict, keyId: verification.keyId, reason };
}

describe('a signed source', () => {
  it('takes a right signature and tells which secret made it', () => {
    expect(verify(signedInHeader(), sign(body, current.value))).toMatchObject({ keyId: 's2' });
    expect(verify(signedInHeader(), sign(body, former.value))).toEqual({
      verdict: 'verified',
      keyId: 's1',
      reason: null,
    });
  });

  it('knows its answer only once the body was seen', () => {
    const headers = { 'x-signature': sign(body, current.value) };
    const request = { headers, query: {}, account: 'm', receivedAtMs: 0 };
    const credential = checkCredential(signedInHeader(), request);
    expect(credential).toEqual({
      verification: { mode: 'hmac', keyId: null, verdict: 'unverified' },
      isRefused: false,
      reason: null,
      signedBytes: null,
    });
    expect(isUndecided(signedInHeader(), credential)).toBe(true);
  });

  const right = sign(body, current.value);
  it.each([
    ['of another secret', sign(body, 'another-signing-secret'), 'signature-mismatch'],
    ['of another body', sign(Buffer.from('{}'), current.value), 'signature-mismatch'],
    ['that is missing', undefined, 'signature-missing'],
    ['that is empty', '', 'signature-malformed'],
    ['that is cut off', right.slice(0, 62), 'signature-malformed'],
    ['that is cut by one digit', right.slice(0, 63), 'signature-malformed'],
    ['that goes on', `${right}00`, 'signature-malformed'],
    ['in upper case', right.toUpperCase(), 'signature-malformed'],
    ['with a line end', `${right}\n`, 'signature-malformed'],
    ['with a prefix', `sha256=${right}`, 'signature-malformed'],
    ['beside a second one', `${right}, ${right}`, 'signature-malformed'],
    ['in two headers', [right, right], 'signature-malformed'],
    ['in base64', sign(body, current.value, 'base64'), 'signature-malformed'],
  ])('refuses a signature %s', (_, signature, reason) => {
    expect(verify(signedInHeader(), signature)).toEqual({
      verdict: 'unverified',
      keyId: null,
      reason,
    });
  });

  it('refuses the same JSON serialised again', () => {
    const again = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(again.equals(body)).toBe(false);
    expect(verify(signedInHeader(), right, again).reason).toBe('signature-mismatch');
  });

  it('refuses a secret that is no longer active', () => {
    const rotated = signedInHeader({ secrets: [current] });
    expect(verify(rotated, sign(body, former.value)).reason).toBe('signature-mismatch');
  });

  it('reads base64 and a prefix where the source says so', () => {
    const source = signedInHeader({ encoding: 'base64', prefix: 'v1=' });
    expect(verify(source, `v1=${sign(body, current.value, 'base64')}`).keyId).toBe('s2');
    expect(verify(source, sign(body, current.value, 'base64')).reason).toBe('signature-malformed');
  });
});

describe('a source with a credential in its URL', () => {
  const key = { id: 'k1', value: 'token-key-of-cobru' };
  const source = sourceOf({
    mode: 'url',
    parameter: 't',
    referenceParameter: 'ref',
    secrets: [current, former],
    tokenKeys: [key],
  });
  const token = makeToken({ key, account: 'cobru', reference: 'ORD-1' });
  const check = (query: Record<string, string>, account = 'cobru') =>
    checkCredential(source, { headers: {}, query, account, receivedAtMs: 0 });

  it('takes every active secret and tells which', () => {
    expect(check({ t: current.value }).verification).toEqual({
      mode: 'url-secret',
      keyId: 's2',
      verdict: 'verified',
    });
    expect(check({ t: former.value, ref: 'ORD-1' }).verification.keyId).toBe('s1');
  });

  it('takes a token for the reference and the account that it was made for', () => {
    expect(check({ t: token, ref: 'ORD-1' }).verification).toEqual({
      mode: 'url-token',
      keyId: 'k1',
      verdict: 'verified',
    });
  });

  it.each([
    ['no credential', {}, 'none'],
    ['an empty credential', { t: '' }, 'none'],
    ['a wrong secret', { t: 'wrong' }, 'url-secret'],
    ['part of the secret', { t: current.value.slice(0, -1) }, 'url-secret'],
    ['a token without its reference', { t: token }, 'url-token'],
    ['a token with another reference', { t: token, ref: 'ORD-2' }, 'url-token'],
    ['a token of another key', { t: token.replace('k1', 'k2'), ref: 'ORD-1' }, 'url-token'],
    ['a token in upper case', { t: token.toUpperCase(), ref: 'ORD-1' }, 'url-secret'],
    ['the token key itself', { t: key.value, ref: 'ORD-1' }, 'url-secret'],
  ] as const)('does not believe %s, and refuses nothing', (_, query, mode) => {
    expect(check({ ...query })).toEqual({
      verification: { mode, keyId: null, verdict: 'unverified' },
      isRefused: false,
      reason: null,
      signedBytes: null,
    });
  });

  it('does not believe a token of another account', () => {
    expect(check({ t: token, ref: 'ORD-1' }, 'cobru-2').verification.verdict).toBe('unverified');
  });

  it('keeps its verdict when the body comes', () => {
    const credential = check({ t: current.value });
    expect(checkSignature(source, { headers: {}, body, credential })).toBe(credential);
  });
});

describe('a source without verification', () => {
  it('believes and refuses nothing', () => {
    const check = checkCredential(sourceOf({ mode: 'none' }), {
      headers: { 'x-signature': sign(body, current.value) },
      query: { t: current.value },
      account: 'm',
      receivedAtMs: 0,
    });
    expect(check).toEqual({
      verification: { mode: 'none', keyId: null, verdict: 'unverified' },
      isRefused: false,
      reason: null,
      signedBytes: null,
    });
  });
});
