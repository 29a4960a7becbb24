import { describe, expect, it } from 'vitest';
import {
  appendSignature,
  CURRENT,
  FORMER,
  IN_HEADER,
  signatureOf,
  signedInEither,
  sourceOf,
  verify,
} from '../../../test/harness/verified-source.js';
import { checkCredential } from '../verification.js';

const MESSAGE = '{"event":"Transaction.Captured","data":{"transaction":{"id":"1"}}}';
const BOTH = appendSignature(MESSAGE);
const inHeader = (signature: string): Record<string, string> => ({ 'x-signature': signature });

describe('a source that may be signed in several ways', () => {
  it.each([
    ['in the body', BOTH, {}],
    ['in the header', MESSAGE, inHeader(signatureOf(MESSAGE))],
    ['in both', BOTH, inHeader(signatureOf(BOTH))],
  ])('takes a right signature %s', (_name, body, headers) => {
    const found = verify(signedInEither(), { body, headers });
    expect(found).toMatchObject({ isRefused: false, reason: null });
    expect(found.verification).toEqual({ mode: 'hmac', keyId: 's2', verdict: 'verified' });
  });

  it('takes facts from what both cover where both are there', () => {
    const headers = inHeader(signatureOf(BOTH));
    const { signedBytes } = verify(signedInEither(), { body: BOTH, headers });
    expect(signedBytes?.toString()).toBe(MESSAGE);
  });

  it('asks for one at least', () => {
    expect(verify(signedInEither(), { body: MESSAGE })).toMatchObject({
      isRefused: true,
      reason: 'signature-missing',
    });
  });

  const wrongBody = appendSignature(MESSAGE, signatureOf(MESSAGE, 'another-secret'));
  const nullBody = `${MESSAGE.slice(0, -1)},"signature":null}`;
  const twice = appendSignature(BOTH);
  it.each([
    ['wrong header', BOTH, signatureOf('other'), 'signature-mismatch'],
    ['header of the cut body', BOTH, signatureOf(MESSAGE), 'signature-mismatch'],
    ['malformed header', BOTH, 'sha256=', 'signature-malformed'],
    ['empty header', BOTH, '', 'signature-malformed'],
    ['repeated header', BOTH, `${signatureOf(BOTH)}, ${signatureOf(BOTH)}`, 'signature-malformed'],
    ['wrong body field', wrongBody, signatureOf(wrongBody), 'signature-mismatch'],
    ['body field of null', nullBody, signatureOf(nullBody), 'signature-malformed'],
    ['repeated body field', twice, signatureOf(twice), 'signature-malformed'],
  ])('refuses a %s beside a right signature', (_name, body, header, reason) => {
    expect(verify(signedInEither(), { body, headers: inHeader(header) })).toMatchObject({
      verification: { verdict: 'unverified' },
      isRefused: true,
      reason,
    });
  });

  it('has one set of secrets, any of which may be used for either', () => {
    const body = appendSignature(MESSAGE, signatureOf(MESSAGE, FORMER.value));
    const headers = inHeader(signatureOf(body, CURRENT.value));
    expect(verify(signedInEither(), { body, headers }).verification.verdict).toBe('verified');
    const rotated = signedInEither({ secrets: [CURRENT] });
    expect(verify(rotated, { body, headers }).reason).toBe('signature-mismatch');
  });

  it('of headers alone, needs no body to miss them', () => {
    const of = [IN_HEADER, { ...IN_HEADER, header: 'x-other' }];
    const secrets = [CURRENT, FORMER];
    const source = sourceOf({ mode: 'any', of, secrets, enforcement: 'enforce' });
    const request = { headers: {}, query: {}, account: 'a', receivedAtMs: 0 };
    expect(checkCredential(source, request).reason).toBe('signature-missing');
    expect(verify(source, { body: MESSAGE }).reason).toBe('signature-missing');
    const headers = { 'x-other': signatureOf(MESSAGE) };
    expect(verify(source, { body: MESSAGE, headers }).verification.verdict).toBe('verified');
  });
});

describe('a signed source that only logs', () => {
  const source = signedInEither({ enforcement: 'log' });

  it.each([
    ['an absent', MESSAGE, {}, { mode: 'none', reason: 'signature-missing' }],
    ['a wrong', wrong(), {}, { mode: 'hmac', reason: 'signature-mismatch' }],
    ['a malformed', MESSAGE, inHeader('x'), { mode: 'hmac', reason: 'signature-malformed' }],
  ])('keeps what has %s signature as a claim, with the reason', (_name, body, headers, found) => {
    expect(verify(source, { body, headers })).toEqual({
      verification: { mode: found.mode, keyId: null, verdict: 'unverified' },
      isRefused: false,
      reason: found.reason,
      signedBytes: null,
    });
  });

  it('believes a right one', () => {
    expect(verify(source, { body: BOTH }).verification).toEqual({
      mode: 'hmac',
      keyId: 's2',
      verdict: 'verified',
    });
  });

  function wrong(): string {
    return appendSignature(MESSAGE, signatureOf('other'));
  }
});
