import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanForm } from './form-scanner.js';
import { JSON_LIMITS } from './json-scanner.js';
import { memberTree } from './member-tree.js';

const tree = memberTree(['id', 'name', 'data.id']);

function scan(text: string | Buffer): Record<string, string> | string {
  const result = scanForm(Buffer.from(text), tree);
  return 'refused' in result ? result.refused : Object.fromEntries(result.tokens);
}

describe('scanForm', () => {
  it('answers named members as JSON strings', () => {
    expect(scan('id=230&name=a+b%2Bc%C3%A9%22&other=1&data.id=5')).toEqual({
      id: '"230"',
      name: '"a b+cé\\""',
    });
  });

  it.each([
    ['', 'malformed-form'],
    ['id', 'malformed-form'],
    ['=1', 'malformed-form'],
    ['id=1&', 'malformed-form'],
    ['id=%', 'malformed-form'],
    ['id=%4', 'malformed-form'],
    ['id=%zz', 'malformed-form'],
    ['id=%C3', 'malformed-form'],
    ['id=%ED%A0%80', 'malformed-form'],
    ['id=1&id=1', 'duplicate-member'],
    ['id=1&%69d=1', 'duplicate-member'],
    ['__proto__=1', 'forbidden-member'],
    ['%5F_proto__=1', 'forbidden-member'],
    ['id=%00', 'null-character'],
  ])('refuses %j as %s', (text, reason) => {
    expect(scan(text)).toBe(reason);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(scan(Buffer.from([0x61, 0x3d, 0xff]))).toBe('invalid-utf8');
  });

  it('holds its limits', () => {
    const pairs = (length: number) => Array.from({ length }, (_, i) => `m${i}=0`).join('&');
    expect(scan(pairs(JSON_LIMITS.membersMax))).toEqual({});
    expect(scan(pairs(JSON_LIMITS.membersMax + 1))).toBe('too-many-members');
    expect(scan(`id=${'x'.repeat(JSON_LIMITS.stringCharactersMax + 1)}`)).toBe('string-too-long');
  });

  it('reads back what URLSearchParams wrote', () => {
    const words = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(words, words, (id, name) => {
        const form = new URLSearchParams({ id, name }).toString();
        expect(scan(form)).toEqual({ id: JSON.stringify(id), name: JSON.stringify(name) });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), (bytes, text) => {
        scanForm(Buffer.from(bytes), tree);
        scan(`id=${text}`);
      }),
    );
  });
});
