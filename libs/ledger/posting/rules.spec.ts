import { describe, expect, it } from 'vitest';
import { noDetails, type PaymentFact } from '../payment/payment-fact.js';
import { emptyPayment, withFact, withSince } from '../payment/payment-state.js';
import { differenceOf } from './posting.js';
import { postingsOf } from './postings-of.js';
import {
  POSTING_RULES,
  postingRuleAt,
  withPostingRule,
  type PostingChoices,
  type PostingRule,
} from './rules.js';

const TODAY = '2026-06-01T00:00:00.000Z';
const BEFORE = '2026-05-31T23:59:59.999Z';
const cop = (minor: bigint) => ({ minor, currency: 'COP', exponent: 2 });

function rule(choices: Partial<PostingChoices>, effectiveFrom = TODAY): PostingRule {
  return { ...POSTING_RULES[0], ...choices, name: 'new', effectiveFrom };
}

function fact(status: PaymentFact['status'], over: Partial<PaymentFact> = {}): PaymentFact {
  return {
    ...noDetails,
    factId: `fact-${status}`,
    trust: 'signed',
    status,
    rank: { pending: 1, succeeded: 2, refunded: 3 }[status as string] ?? 0,
    occurredAt: '2026-05-01T10:00:00.000Z',
    amount: cop(10_000n),
    ...over,
  };
}

function stateOf(facts: readonly PaymentFact[], recordedAt: string) {
  return facts.reduce((state, one) => withFact(withSince(state, one, recordedAt), one), {
    ...emptyPayment,
  });
}

/** `{account: minor}` over all lines, of what is recorded at `recordedAt`. */
function booked(
  facts: readonly PaymentFact[],
  choices: Partial<PostingChoices>,
  recordedAt = TODAY,
): unknown {
  const rules = withPostingRule(POSTING_RULES, rule(choices));
  const sums: Record<string, bigint> = {};
  for (const { minor, account } of differenceOf(
    [],
    postingsOf(stateOf(facts, recordedAt), { account: 'acme', isRefundedApart: false }, rules),
  )) {
    sums[account] = (sums[account] ?? 0n) + minor;
  }
  return sums;
}

const TAX_IN_FEE = [
  fact('succeeded', { net: cop(9_000n), fee: cop(1_000n), tax: cop(160n) }),
] as const;
const PAID_OUT = fact('succeeded', { kind: 'withdrawal', fee: cop(350n) });

describe('a posting rule', () => {
  it('leaves what was recorded before it as it is, and books what comes after it', () => {
    const old = booked(TAX_IN_FEE, {}, BEFORE);
    expect(booked(TAX_IN_FEE, { taxAccount: 'fees' }, BEFORE)).toEqual(old);
    expect(booked(TAX_IN_FEE, { taxAccount: 'fees' }, TODAY)).not.toEqual(old);
  });

  it('stays with a subject for life, whenever the rest of it is recorded', () => {
    const rules = withPostingRule(POSTING_RULES, rule({ taxAccount: 'fees' }));
    const early = stateOf([fact('pending')], BEFORE);
    const [paid] = TAX_IN_FEE;
    const late = withFact(withSince(early, paid, TODAY), paid);
    expect(postingsOf(late, { account: 'acme', isRefundedApart: false }, rules)).toEqual(
      postingsOf(late, { account: 'acme', isRefundedApart: false }),
    );
  });

  it('chooses whether a tax may be part of the fee', () => {
    expect(booked(TAX_IN_FEE, { taxInFee: 'detect' })).toMatchObject({
      'expenses:fees:acme': 840n,
      'expenses:taxes:acme': 160n,
    });
    expect(booked(TAX_IN_FEE, { taxInFee: 'on-top' })).toMatchObject({
      'expenses:fees:acme': 1_000n,
      'expenses:taxes:acme': 160n,
      'suspense:acme': -160n,
    });
  });

  it('chooses where taxes and unexplained costs are booked', () => {
    const merged = booked(TAX_IN_FEE, { taxAccount: 'fees' });
    expect(merged).toMatchObject({ 'expenses:fees:acme': 1_000n });
    expect(merged).not.toHaveProperty('expenses:taxes:acme');
    const unexplained = [fact('succeeded', { net: cop(9_000n), fee: cop(600n) })];
    expect(booked(unexplained, {})).toMatchObject({ 'suspense:acme': 400n });
    const explained = booked(unexplained, { unexplainedCost: 'fees' });
    expect(explained).toMatchObject({ 'expenses:fees:acme': 1_000n });
    expect(explained).not.toHaveProperty('suspense:acme');
  });

  it('chooses whether the fee of a withdrawal that came back is kept', () => {
    const returned = [
      PAID_OUT,
      fact('refunded', { kind: 'withdrawal', fee: cop(350n), occurredAt: null }),
    ];
    expect(booked(returned, { returnedWithdrawalFee: 'kept' })).toEqual({
      'expenses:fees:acme': 350n,
      'assets:provider:acme': -350n,
    });
    expect(booked(returned, { returnedWithdrawalFee: 'given-back' })).toEqual({});
  });

  it('chooses whether a withdrawal is booked when requested, or when paid', () => {
    const requested = [fact('pending', { kind: 'withdrawal' })];
    const paid = {
      'liabilities:merchant': 10_000n,
      'expenses:fees:acme': 350n,
      'assets:provider:acme': -10_350n,
    };
    expect(booked(requested, { withdrawals: 'on-payment' })).toEqual({});
    expect(booked([...requested, PAID_OUT], { withdrawals: 'on-payment' })).toEqual(paid);
    expect(booked([...requested, PAID_OUT], { withdrawals: 'on-request' })).toEqual({
      ...paid,
      'liabilities:payouts': 0n,
    });
  });
});

describe('the list of posting rules', () => {
  it('is sorted, starts at the beginning, and has no two of one time', () => {
    const times = POSTING_RULES.map(({ effectiveFrom }) => effectiveFrom);
    expect(times[0]).toBe('1970-01-01T00:00:00.000Z');
    expect([...new Set(times)].sort()).toEqual(times);
    for (const time of times) expect(new Date(time).toISOString()).toBe(time);
  });

  it('takes a further rule at its time, and replaces one of the same time', () => {
    const later = rule({ taxAccount: 'fees' }, '2026-07-01T00:00:00.000Z');
    const rules = withPostingRule(
      withPostingRule(withPostingRule(POSTING_RULES, later), rule({ taxInFee: 'on-top' })),
      rule({ taxInFee: 'detect' }),
    );
    expect(rules.map(({ effectiveFrom }) => effectiveFrom)).toEqual([
      POSTING_RULES[0].effectiveFrom,
      TODAY,
      later.effectiveFrom,
    ]);
    expect(postingRuleAt(rules, '2026-06-30T23:59:59.999Z')).toMatchObject({ taxInFee: 'detect' });
    expect(postingRuleAt(rules, null)).toBe(POSTING_RULES[0]);
    const first = rule({}, POSTING_RULES[0].effectiveFrom);
    expect(postingRuleAt(withPostingRule(POSTING_RULES, first), BEFORE)).toBe(first);
  });
});
