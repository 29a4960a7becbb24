import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePosition, encodePosition, positionAfter } from './position.js';

const LOG = { logId: '6f0b0c1e-5d5f-4f0c-9a3e-2b7c41d8a9f2', partitions: 4 };

describe('position token', () => {
  it('gives back every position of every partition', () => {
    const positions = fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), {
      minLength: 1,
      maxLength: 120,
    });
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), positions, (logId, next) => {
        fc.pre(encodePosition({ logId, next }).length <= 512);
        const token = encodePosition({ logId, next });
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodePosition(token, { logId, partitions: next.length })).toEqual({ logId, next });
      }),
    );
  });

  it('keeps its form for ever', () => {
    const token = encodePosition({ logId: LOG.logId, next: [0n, 1n, 300n, 2n ** 53n + 1n] });
    expect(token).toBe('Adglz1TO_QQAAawCgYCAgICAgBA');
  });

  it('names after an append the one position that has to be folded', () => {
    const token = positionAfter(LOG, { partition: 2, position: 41n });
    expect(decodePosition(token, LOG)).toEqual({ logId: LOG.logId, next: [0n, 0n, 42n, 0n] });
  });

  it('of another log, or of one with other partitions, is foreign', () => {
    const token = positionAfter(LOG, { partition: 2, position: 41n });
    expect(decodePosition(token, { ...LOG, logId: 'other' })).toEqual({
      refused: 'foreign-position',
    });
    expect(decodePosition(token, { ...LOG, partitions: 5 })).toEqual({
      refused: 'foreign-position',
    });
  });

  it('that nobody made is refused and never thrown over', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(decodePosition(text, LOG)).toHaveProperty('refused');
      }),
    );
    const token = positionAfter(LOG, { partition: 2, position: 41n });
    for (let length = 0; length < token.length; length += 1) {
      expect(decodePosition(token.slice(0, length), LOG)).toHaveProperty('refused');
    }
  });
});
