/**
 * How a subject's facts are booked, where bookkeepers may differ. A subject is booked by the rule in force
 * when the log first had trusted news of it, so a new rule leaves every earlier entry as it is; until an
 * operator rules that it is to be corrected, and then by the rule in force at the ruling.
 */
export type PostingRule = {
  readonly name: string;
  /** Log-append time, ISO 8601 in UTC with milliseconds. */
  readonly effectiveFrom: string;
  /** `detect` takes the tax out of a fee that alone makes up the cost; `on-top` never does. */
  readonly taxInFee: 'detect' | 'on-top';
  /** Where taxes on the cost are booked: on an account of their own, or with the fees. */
  readonly taxAccount: 'taxes' | 'fees';
  /** Where a cost is booked that neither fee nor tax explains. */
  readonly unexplainedCost: 'suspense' | 'fees';
  /** The fee of a withdrawal that came back. */
  readonly returnedWithdrawalFee: 'kept' | 'given-back';
  /** When a withdrawal leaves the merchant: through payouts when requested, or only when paid. */
  readonly withdrawals: 'on-request' | 'on-payment';
};

/** By time, the first one from the beginning. */
export type PostingRules = readonly [PostingRule, ...PostingRule[]];

export type PostingChoices = Omit<PostingRule, 'name' | 'effectiveFrom'>;

/** What each choice may be: for whoever reads a rule from outside. */
export const POSTING_CHOICES: {
  readonly [Name in keyof PostingChoices]: readonly PostingChoices[Name][];
} = {
  taxInFee: ['detect', 'on-top'],
  taxAccount: ['taxes', 'fees'],
  unexplainedCost: ['suspense', 'fees'],
  returnedWithdrawalFee: ['kept', 'given-back'],
  withdrawals: ['on-request', 'on-payment'],
};

/**
 * Append-only, by time, the first one from the beginning. A rule that has come into force is never changed
 * or taken out: the entries of its subjects would not follow from the log any more.
 */
export const POSTING_RULES: PostingRules = [
  {
    name: 'opening',
    effectiveFrom: '1970-01-01T00:00:00.000Z',
    taxInFee: 'detect',
    taxAccount: 'taxes',
    unexplainedCost: 'suspense',
    returnedWithdrawalFee: 'kept',
    withdrawals: 'on-request',
  },
];

/** The rule that a subject is booked by. Times are the log's; null where there is no such news yet. */
export function postingRuleOf(
  rules: PostingRules,
  {
    firstRecordedAt,
    ruledAt,
  }: { readonly firstRecordedAt: string | null; readonly ruledAt: string | null },
): PostingRule {
  const isRuled = ruledAt !== null && (firstRecordedAt === null || ruledAt > firstRecordedAt);
  return postingRuleAt(rules, isRuled ? ruledAt : firstRecordedAt);
}

/** @param at a log-append time; null stands for the beginning */
export function postingRuleAt([first, ...later]: PostingRules, at: string | null): PostingRule {
  if (at === null) return first;
  return later.findLast(({ effectiveFrom }) => effectiveFrom <= at) ?? first;
}

/** The list as it would be with one more rule. One of the same time is replaced. */
export function withPostingRule(rules: PostingRules, rule: PostingRule): PostingRules {
  const [first, ...later] = rules;
  if (rule.effectiveFrom <= first.effectiveFrom) return [rule, ...later];
  const others = later.filter(({ effectiveFrom }) => effectiveFrom !== rule.effectiveFrom);
  const sorted = [...others, rule].sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  return [first, ...sorted];
}
