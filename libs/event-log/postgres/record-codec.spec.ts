import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeHeaders, encodeHeaders } from './record-codec.js';

describe('record codec', () => {
  it('has one form, for ever', () => {
    const headers = { ce_id: Buffer.from('01'), é: Buffer.alloc(0), z: Buffer.from([0, 255]) };
    expect(encodeHeaders(headers).toString('hex')).toBe(
      '000563655f69640000000230310002c3a90000000000017a0000000200ff',
    );
    expect(encodeHeaders({})).toEqual(Buffer.alloc(0));
  });

  it('gives any headers back, byte for byte', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const names = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(fc.dictionary(names, bytes, { noNullPrototype: true }), (headers) => {
        expect(decodeHeaders(encodeHeaders(headers))).toEqual(headers);
      }),
    );
  });

  it('refuses a cut form and an over-long name', () => {
    const bytes = encodeHeaders({ name: Buffer.from('value') });
    for (let end = 1; end < bytes.length; end += 1) {
      expect(() => decodeHeaders(bytes.subarray(0, end))).toThrow(RangeError);
    }
    expect(() => encodeHeaders({ ['n'.repeat(65_536)]: Buffer.alloc(0) })).toThrow(RangeError);
  });
});
