import { describe, expect, it } from 'vitest';
import {
  CURRENT,
  FORMER,
  signatureOf,
  signedInHeader,
  verify,
} from '../../../test/harness/verified-source.js';

const BODY = '{"id":"1"}';
const AT_MS = 1_780_000_000_000;
const AT = '1780000000';
const signed = (timestamp: string, secret?: string): string =>
  signatureOf(`${timestamp}.${BODY}`, secret);

describe('a signature over a time in a header of its own', () => {
  const source = signedInHeader({
    timestampHeader: 'x-timestamp',
    toleranceSeconds: 300,
    signedTemplate: '{timestamp}.{body}',
  });
  const found = (timestamp: string | undefined, receivedAtMs = AT_MS) => {
    const signature = signed(timestamp ?? AT);
    const headers = { 'x-signature': signature, 'x-timestamp': timestamp };
    return verify(source, { body: BODY, headers, receivedAtMs });
  };

  it('is right in seconds and in milliseconds', () => {
    expect(found(AT).verification.verdict).toBe('verified');
    expect(found(`${AT}123`).verification.verdict).toBe('verified');
  });

  it('is right up to the tolerance, before and after', () => {
    expect(found(AT, AT_MS + 300_000).reason).toBeNull();
    expect(found(AT, AT_MS - 300_000).reason).toBeNull();
    expect(found(AT, AT_MS + 300_001).reason).toBe('timestamp-out-of-tolerance');
    expect(found(AT, AT_MS - 300_001).reason).toBe('timestamp-out-of-tolerance');
  });

  it.each([
    [undefined, 'timestamp-missing'],
    ['', 'timestamp-malformed'],
    ['Infinity', 'timestamp-malformed'],
    ['1e10', 'timestamp-malformed'],
    [`-${AT}`, 'timestamp-malformed'],
    [`${AT}.5`, 'timestamp-malformed'],
    [` ${AT}`, 'timestamp-malformed'],
    ['0000000001', 'timestamp-out-of-tolerance'],
  ])('is refused at the time %j', (timestamp, reason) => {
    expect(found(timestamp)).toMatchObject({ isRefused: true, reason });
  });

  it('does not cover another time, nor the body alone', () => {
    for (const signature of [signed('1780000001'), signatureOf(BODY)]) {
      const headers = { 'x-signature': signature, 'x-timestamp': AT };
      const { reason } = verify(source, { body: BODY, headers, receivedAtMs: AT_MS });
      expect(reason).toBe('signature-mismatch');
    }
  });

  it('may be of any age and format where no tolerance is set', () => {
    const patient = signedInHeader({
      timestampHeader: 'x-timestamp',
      signedTemplate: '{timestamp}.{body}',
    });
    for (const timestamp of ['1000000000', '2026-04-17T15:30:00Z']) {
      const headers = { 'x-signature': signed(timestamp), 'x-timestamp': timestamp };
      expect(verify(patient, { body: BODY, headers, receivedAtMs: AT_MS }).reason).toBeNull();
    }
  });
});

describe('a signature header of parts', () => {
  const source = signedInHeader({
    prefix: 'v1=',
    timestampPart: 't',
    toleranceSeconds: 300,
    signedTemplate: '{timestamp}.{body}',
  });
  const found = (header: string) =>
    verify(source, { body: BODY, headers: { 'x-signature': header }, receivedAtMs: AT_MS });
  const right = signed(AT);

  it.each([
    ['in order', `t=${AT},v1=${right}`],
    ['with spaces', `t=${AT}, v1=${right}`],
    ['the time last', `v1=${right},t=${AT}`],
    ['beside other schemes', `t=${AT},v0=x,v1=${right},v2=y`],
    ['beside one of another secret', `t=${AT},v1=${signed(AT, 'of-another')},v1=${right}`],
  ])('is read %s', (_name, header) => {
    expect(found(header).verification).toMatchObject({ keyId: 's2', verdict: 'verified' });
  });

  it('may carry a signature of a former secret', () => {
    const header = `t=${AT},v1=${signed(AT, FORMER.value)}`;
    expect(found(header).verification.keyId).toBe('s1');
    expect(CURRENT.id).not.toBe('s1');
  });

  it.each([
    [`v1=${right}`, 'timestamp-missing'],
    [`t=${AT},t=${AT},v1=${right}`, 'timestamp-missing'],
    [`t=Infinity,v1=${right}`, 'timestamp-malformed'],
    [`t=${AT}`, 'signature-malformed'],
    [right, 'signature-malformed'],
    [`t=${AT},v1=${right},v1=x`, 'signature-malformed'],
    [`t=${AT},${'a=b,'.repeat(9)}v1=${right}`, 'signature-malformed'],
    [`t=${AT},v1=${signed('1780000001')}`, 'signature-mismatch'],
    [`t=1780000301,v1=${signed('1780000301')}`, 'timestamp-out-of-tolerance'],
  ])('is refused as %j', (header, reason) => expect(found(header).reason).toBe(reason));

  it('may carry a time that is not signed', () => {
    const untimed = signedInHeader({ prefix: 'v1=', timestampPart: 't' });
    const headers = { 'x-signature': `t=x,v1=${signatureOf(BODY)}` };
    expect(verify(untimed, { body: BODY, headers }).verification.verdict).toBe('verified');
  });
});
