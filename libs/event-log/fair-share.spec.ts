import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShare } from './fair-share.js';

describe('fairShare', () => {
  it('shares every partition out, and no two shares differ by more than one', () => {
    const groups = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 64 }), (members, partitions) => {
        const shares = members.map((member) => fairShare(member, { members, partitions }));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(partitions);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('counts the asking member, also when the group does not know it yet', () => {
    expect(fairShare('b', { members: ['a'], partitions: 4 })).toBe(2);
    expect(fairShare('a', { members: [], partitions: 4 })).toBe(4);
  });
});
