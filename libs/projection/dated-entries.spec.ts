import { describe, expect, it } from 'vitest';
import { POSTING_RULES, type PostingRule } from '#ledger/posting/rules.js';
import { datedPostingRules, datedProblem } from './dated-entries.js';

const LATER: PostingRule = {
  ...POSTING_RULES[0],
  name: 'later',
  effectiveFrom: '2026-06-01T00:00:00.000Z',
  taxAccount: 'fees',
};
const OPENING = datedPostingRules(POSTING_RULES);
const BOTH = datedPostingRules([...POSTING_RULES, LATER]);

function problem(
  entries: typeof OPENING,
  known: typeof OPENING,
  foldedUntil: string | null,
): string | null {
  return datedProblem(entries, { known, foldedUntil });
}

describe('dated entries', () => {
  it('may be whatever they are where nothing was folded, or nobody has looked yet', () => {
    expect(problem(BOTH, [], null)).toBeNull();
    expect(problem(BOTH, [], '2027-01-01T00:00:00.000Z')).toBeNull();
    expect(problem(BOTH, OPENING, null)).toBeNull();
  });

  it('may be added later than everything that is folded, to the millisecond', () => {
    expect(problem(BOTH, OPENING, '2026-05-31T23:59:59.999Z')).toBeNull();
    const refused = problem(BOTH, OPENING, '2026-06-01T00:00:00.000Z');
    expect(refused).toContain('posting-rule "later", in force from 2026-06-01T00:00:00.000Z');
    expect(refused).toContain('folded up to 2026-06-01T00:00:00.000Z');
    expect(refused).toContain('cuadre rebuild --accept-differences');
  });

  it('may never be changed or taken out, not even before they are in force', () => {
    const changed = datedPostingRules([...POSTING_RULES, { ...LATER, taxAccount: 'taxes' }]);
    expect(problem(changed, BOTH, '2026-05-01T00:00:00.000Z')).toContain('"later", in force');
    expect(problem(changed, BOTH, null)).toContain('was changed');
    expect(problem(OPENING, BOTH, null)).toContain('is gone');
    const moved = datedPostingRules([
      ...POSTING_RULES,
      { ...LATER, effectiveFrom: '2026-07-01T00:00:00.000Z' },
    ]);
    expect(problem(moved, BOTH, null)).toContain('was changed');
  });

  it('have names of their own', () => {
    expect(problem([...OPENING, ...OPENING], [], null)).toContain('the same name');
  });

  it('are known by their content, whatever the order of its members', () => {
    const [rule] = POSTING_RULES;
    const turned = Object.fromEntries(Object.entries(rule).toReversed()) as PostingRule;
    expect(datedPostingRules([turned])).toEqual(OPENING);
  });
});
