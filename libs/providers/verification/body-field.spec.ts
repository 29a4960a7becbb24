import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendSignature,
  CURRENT,
  FORMER,
  signatureOf,
  signedInBody,
  verify as verifySent,
} from '../../../test/harness/verified-source.js';
import type { VerificationCheck } from './verification-check.js';

const MESSAGE =
  '{"event":"Transaction.Received","data":{"transaction":{"id":"1","totalAmount":"50000"}}}';
const MEMBERS = { event: 'Transaction.Received', data: { transaction: { id: '1' } } };

function verify(body: string | Buffer, source = signedInBody()): VerificationCheck {
  return verifySent(source, { body });
}

/** The bytes that facts would be taken from; null where the body is refused. */
function signedText(body: string | Buffer, source = signedInBody()): string | null {
  const { isRefused, signedBytes } = verify(body, source);
  return isRefused ? null : (signedBytes?.toString() ?? '');
}

describe('a signature in the body', () => {
  it('covers the bytes without it, in every spelling that a sender may choose', () => {
    const spelled = String.raw`{ "event":"\u0041<\/é", "data" : {"n":1.50, "b":9007199254740993} }`;
    const body = spelled.replace(' }', ` ,"signature":"${signatureOf(spelled)}"}`);
    expect(signedText(body.replace(' ,"s', ',"s').replace('"}', '" }'))).toBe(spelled);
  });

  it('is right under any active secret, and tells which', () => {
    const body = (secret: string): string => appendSignature(MESSAGE, signatureOf(MESSAGE, secret));
    expect(verify(body(CURRENT.value)).verification.keyId).toBe('s2');
    expect(verify(body(FORMER.value)).verification.keyId).toBe('s1');
    const rotated = signedInBody({ secrets: [CURRENT] });
    expect(verify(body(FORMER.value), rotated).reason).toBe('signature-mismatch');
  });

  const right = signatureOf(MESSAGE);
  it.each([
    ['that is missing', MESSAGE, 'signature-missing'],
    ['of a body that is no object', `["signature","${right}"]`, 'signature-missing'],
    ['of an empty body', '', 'signature-missing'],
    ['deeper down', `{"data":{"signature":"${right}"}}`, 'signature-missing'],
    ['that is empty', appendSignature(MESSAGE, ''), 'signature-malformed'],
    ['in upper case', appendSignature(MESSAGE, right.toUpperCase()), 'signature-malformed'],
    ['that goes on', appendSignature(MESSAGE, `${right}00`), 'signature-malformed'],
    ['that is null', `${MESSAGE.slice(0, -1)},"signature":null}`, 'signature-malformed'],
    ['in a list', `${MESSAGE.slice(0, -1)},"signature":["${right}"]}`, 'signature-malformed'],
    ['twice', appendSignature(appendSignature(MESSAGE)), 'signature-malformed'],
    [
      'of another secret',
      appendSignature(MESSAGE, signatureOf(MESSAGE, 'x')),
      'signature-mismatch',
    ],
    [
      'of the body as it stands',
      appendSignature(MESSAGE, signatureOf(appendSignature(MESSAGE))),
      'signature-mismatch',
    ],
  ])('is refused %s', (_name, body, reason) => {
    expect(verify(body)).toMatchObject({ isRefused: true, reason, signedBytes: null });
  });

  it('may be in base64 whose slashes are escaped, behind a prefix', () => {
    const source = signedInBody({ encoding: 'base64', prefix: 'v1=' });
    // A message whose digest has a slash in base64.
    const message = Array.from({ length: 50 }, (_, n) => `{"event":${n}}`).find((text) =>
      signatureOf(text, CURRENT.value, 'base64').includes('/'),
    );
    const signature = `v1=${signatureOf(message ?? '', CURRENT.value, 'base64')}`;
    const body = appendSignature(message ?? '', signature.replaceAll('/', String.raw`\/`));
    expect(verify(body, source).verification.verdict).toBe('verified');
  });

  it('fails when any byte of the body is another', () => {
    const body = Buffer.from(appendSignature(MESSAGE));
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const forged = Buffer.from(body);
        forged[at] = (forged[at] ?? 0) ^ flip;
        expect(signedText(forged)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body that was written anew after it was signed', () => {
  it.each([
    ['indented', JSON.stringify({ ...MEMBERS, signature: '' }, null, 2)],
    ['with the signature first', JSON.stringify({ signature: '', ...MEMBERS }, null, 2)],
    [
      'escaped',
      String.raw`{"event":"Transaction\u002eReceived","data":{"transaction":{"id":"1"}},"signature":""}`,
    ],
    [
      'in another order',
      JSON.stringify({ data: MEMBERS.data, signature: '', event: MEMBERS.event }),
    ],
  ])('passes %s, and facts are taken from what was signed', (_name, body) => {
    const signed = JSON.stringify(MEMBERS);
    const sent = body.replace('""', `"${signatureOf(signed)}"`);
    expect(signedText(sent)).toBe(signed);
  });

  it('passes in whatever order and spacing its members come', () => {
    const member = fc.tuple(fc.stringMatching(/^[a-z_]{1,6}$/), fc.jsonValue({ maxDepth: 3 }));
    const others = fc.uniqueArray(member, { selector: ([name]) => name, maxLength: 4 });
    fc.assert(
      fc.property(others, fc.nat(), fc.nat(4), (entries, at, indent) => {
        const kept = entries.filter(([name]) => name !== 'signature');
        const signed = JSON.stringify(Object.fromEntries(kept));
        // -0 and integer-like names are not what JavaScript writes back.
        fc.pre(signed === JSON.stringify(JSON.parse(signed)));
        const position = at % (kept.length + 1);
        const sent = kept.toSpliced(position, 0, ['signature', signatureOf(signed)]);
        expect(signedText(JSON.stringify(Object.fromEntries(sent), null, indent))).toBe(signed);
      }),
    );
  });

  const whole = JSON.stringify(MEMBERS);
  const forged = (body: string, signed: string): string | null =>
    signedText(body.replace('SIGNED', signatureOf(signed)));

  it('never lends its signature to members that were not signed', () => {
    const smuggled =
      '{"eventType":"payment.settled","transaction":{"id":"2","status":"SETTLED"},' +
      `${whole.slice(1, -1)},"signature":"SIGNED"}`;
    expect(forged(smuggled, whole)).toBe(whole);
  });

  it('is not made of nothing where the members that would be signed are absent', () => {
    for (const signed of ['{}', '{"event":"x"}', '{"data":{}}']) {
      const rest = signed.slice(1, -1);
      const sent = `{${rest}${rest === '' ? '' : ','}"other":1,"signature":"SIGNED"}`;
      expect(forged(sent, signed)).toBeNull();
      expect(verify(sent.replace('SIGNED', signatureOf(signed))).reason).toBe('signature-mismatch');
    }
  });

  it('does not pass by its members alone where the source forbids it', () => {
    const sent = JSON.stringify({ ...MEMBERS, more: 1, signature: signatureOf(whole) });
    expect(signedText(sent)).toBe(whole);
    expect(signedText(sent, signedInBody({ signedMembers: [] }))).toBeNull();
  });

  /** Each reads as the signed document to `JSON.parse`, or is written back as it. */
  it.each([
    [
      'a member twice',
      '{"event":"x", "event":"e","data":1,"signature":"SIGNED"}',
      '{"event":"e","data":1}',
    ],
    [
      'a member twice, deeper down',
      '{"event":"e","data":{"a":0, "a":1},"signature":"SIGNED"}',
      '{"event":"e","data":{"a":1}}',
    ],
    [
      'another spelling of a number',
      '{"event":"e","data":1.0,"signature":"SIGNED"}',
      '{"event":"e","data":1}',
    ],
    [
      'a number beyond what a float holds',
      '{"event":"e","data":9007199254740993,"signature":"SIGNED"}',
      '{"event":"e","data":9007199254740992}',
    ],
    [
      'a number without end',
      '{"event":"e","data":1e999,"signature":"SIGNED"}',
      '{"event":"e","data":null}',
    ],
    ['minus zero', '{"event":"e","data":-0,"signature":"SIGNED"}', '{"event":"e","data":0}'],
    [
      'names that become sorted',
      '{"event":"e","data":{"b":1,"1":2}, "signature":"SIGNED"}',
      '{"event":"e","data":{"1":2,"b":1}}',
    ],
    [
      'a prototype twice',
      '{"event":"e","data":{"__proto__":1, "__proto__":2},"signature":"SIGNED"}',
      '{"event":"e","data":{"__proto__":2}}',
    ],
  ])('is refused with %s', (_name, body, signed) => {
    expect(JSON.stringify(Object.assign(JSON.parse(body), { signature: undefined }))).toBe(signed);
    expect(forged(body, signed)).toBeNull();
    // What was signed in those very bytes is right, whatever the reader of facts makes of it.
    const [start, end] = body.split(/,? ?"signature":"SIGNED"/);
    expect(forged(body, `${start}${end}`)).toBe(`${start}${end}`);
  });

  it('takes a prototype for a member like any other', () => {
    const signed = '{"event":{"__proto__":{"polluted":1}},"data":{"toJSON":1}}';
    const sent = `${signed.slice(0, -1)}, "signature":"SIGNED" }`;
    expect(forged(sent.replace('{"polluted":1}', '{ "polluted": 1 }'), signed)).toBe(signed);
    expect({}).not.toHaveProperty('polluted');
  });

  it('is refused when it is not UTF-8, as which it would read', () => {
    const text = `{"event":"\uFFFD","data":1, "signature":"${signatureOf('{"event":"\uFFFD","data":1}')}"}`;
    expect(signedText(text.replace(', "s', ',"s'))).not.toBeNull();
    const bytes = Buffer.from(text.replace('\uFFFD', '?'));
    bytes[bytes.indexOf('?')] = 0xff;
    expect(signedText(bytes)).toBeNull();
  });

  it.each([
    ['too deep', `${'['.repeat(40)}${']'.repeat(40)}`],
    ['so deep that it could not be written', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
    ['too long', `"${'x'.repeat(70_000)}"`],
  ])('passes by its own bytes alone where it is %s', (_name, data) => {
    const signed = `{"event":"e","data":${data}}`;
    expect(forged(`{"event":"e", "data":${data},"signature":"SIGNED"}`, signed)).toBeNull();
    expect(forged(`{"event":"e","data":${data},"signature":"SIGNED"}`, signed)).toBe(signed);
  });

  it('lets nothing pass that its reader could take for something else than was signed', () => {
    const text = fc.json({ maxDepth: 2 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const signed = `{"event":"e","data":${one}}`;
        const sent = `{"event":"e","data":${other},"signature":"${signatureOf(signed)}"}`;
        const found = signedText(sent);
        expect(found === null || found === signed).toBe(true);
        if (one === other) expect(found).toBe(signed);
      }),
    );
  });
});
