import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hmacSha256 } from './hmac.js';

describe('hmacSha256', () => {
  it('is what RFC 4231 says, in test cases 1, 2 and 6', () => {
    const of = (key: Buffer, message: string): string =>
      hmacSha256(createSecretKey(key), message, 'hex');
    expect(of(Buffer.alloc(20, 0x0b), 'Hi There')).toBe(
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    );
    expect(of(Buffer.from('Jefe'), 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    const longer = 'Test Using Larger Than Block-Size Key - Hash Key First';
    expect(of(Buffer.alloc(131, 0xaa), longer)).toBe(
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    );
  });

  it('is what OpenSSL says, for keys, texts and bytes of any length', () => {
    const length = fc.oneof(fc.nat(200), fc.constantFrom(21_823, 21_824, 65_471, 65_472, 65_473));
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        length,
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        (secret, repeated, text, isText) => {
          const key = createSecretKey(secret);
          const message = isText
            ? text.toWellFormed() + 'ñ'.repeat(repeated)
            : Buffer.concat([Buffer.from(text), Buffer.alloc(repeated, 0xc3)]);
          const expected = createHmac('sha256', key).update(message).digest();
          expect(hmacSha256(key, message, 'hex')).toBe(expected.toString('hex'));
          expect(hmacSha256(key, message, 'binary')).toBe(expected.toString('latin1'));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('keeps keys apart when they take turns', () => {
    const [one, other] = [createSecretKey(Buffer.from('one')), createSecretKey(Buffer.from('two'))];
    const first = hmacSha256(one, 'message', 'hex');
    expect(hmacSha256(other, 'message', 'hex')).not.toBe(first);
    expect(hmacSha256(one, 'message', 'hex')).toBe(first);
  });
});
