import { describe, expect, it } from 'vitest';
import { uuidV5, uuidV7 } from './uuid.js';

describe('uuid', () => {
  it('v5 is of its name alone', () => {
    expect(uuidV5('a')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(uuidV5('a')).toBe(uuidV5('a'));
    expect(uuidV5('a')).not.toBe(uuidV5('b'));
  });

  it('v7 sorts by time and never repeats', () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => uuidV7(1_795_000_000_000 + n));
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^01a1ee56-5e00-7[0-9a-f]{3}-[89ab]/);
    expect(new Set(Array.from({ length: 5_000 }, () => uuidV7(1))).size).toBe(5_000);
  });
});
