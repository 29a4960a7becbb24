import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

describe('token bucket', () => {
  it('lets a burst through and then its rate', () => {
    const bucket = new TokenBucket({ perSecond: 10, burst: 2 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([null, null, 100]);
    expect([bucket.take(50), bucket.take(100), bucket.take(100)]).toEqual([50, null, 100]);
  });

  it('looks without taking', () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 1 }, 0);
    expect([bucket.waitMs(0), bucket.waitMs(0), bucket.take(0)]).toEqual([null, null, null]);
    expect(bucket.waitMs(0)).toBe(1_000);
  });

  it('never lets more through than burst and rate allow, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 300 }), (times) => {
        const bucket = new TokenBucket({ perSecond: 7, burst: 5 }, 0);
        const taken = times.filter((nowMs) => bucket.take(nowMs) === null).length;
        const allowed = 5 + 7 * (Math.max(0, ...times) / 1_000);
        expect(taken).toBeLessThanOrEqual(allowed + 1e-6);
      }),
    );
  });
});
