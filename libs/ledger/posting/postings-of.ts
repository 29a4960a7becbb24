import type { Money } from '../money.js';
import { refundLine, type PaymentState } from '../payment/payment-state.js';
import { HAS_MONEY, type PaymentStatus } from '../payment/payment-status.js';
import { viewPayment, type PaymentView } from '../payment/payment-view.js';
import {
  fees,
  MERCHANT,
  PAYOUTS,
  providerClearing,
  suspense,
  taxes,
  type LedgerAccount,
} from './ledger-account.js';
import type { Leg, Posting } from './posting.js';
import { movementLinePosting } from './report-line-postings.js';
import { POSTING_RULES, postingRuleOf, type PostingRule, type PostingRules } from './rules.js';

/**
 * The whole balanced set of postings that a payment, a withdrawal or a refund should have: a pure function
 * of its own trusted facts. Each event posts the difference to the set before it, and nothing else posts,
 * so several events that tell one fact post it once.
 *
 * Refunds that are subjects of their own post for themselves, with or without their payment.
 *
 * @param rules those that the books follow
 */
export function postingsOf(
  state: PaymentState,
  owner: PostingOwner,
  rules = POSTING_RULES,
): readonly Posting[] {
  return postingsOfViewed({ state, view: viewPayment(state) }, owner, rules);
}

/** A state, and what is seen of it without refunds that are subjects of their own. */
export type ViewedPayment = { readonly state: PaymentState; readonly view: PaymentView };

/** As `postingsOf`, for who has the view already. */
export function postingsOfViewed(
  { state, view }: ViewedPayment,
  owner: PostingOwner,
  rules: PostingRules,
): readonly Posting[] {
  const context: PostingContext = { state, view, ...owner, rule: postingRuleOf(rules, state) };
  const own = ownPostings(context);
  if (state.reportLines.length === 0) return own;
  return [...own, ...state.reportLines.map((line) => movementLinePosting(line, owner.account))];
}

/** What its own facts post, report lines apart. */
function ownPostings(context: PostingContext): readonly Posting[] {
  switch (context.view.kind) {
    case 'payment':
      return paymentPostings(context);
    case 'refund':
      return refundPostings(context);
    case 'withdrawal':
      return withdrawalPostings(context);
  }
}

export type PostingOwner = {
  /** The provider account. */
  readonly account: string;
  /**
   * The provider gives refunds an id of their own, which post for themselves: a total that the payment
   * states beside them may tell of the same money, so it waits in suspense.
   */
  readonly isRefundedApart: boolean;
};

type PostingContext = PostingOwner & {
  readonly state: PaymentState;
  readonly view: PaymentView;
  readonly rule: PostingRule;
};

function paymentPostings(context: PostingContext): readonly Posting[] {
  const { view, account } = context;
  const refunds = refundsOf(context);
  if (view.status === 'authorized' && view.amount !== null) {
    const at = timeOf(context, ['authorized']);
    return [
      {
        ...moneyOf(view.amount, { line: 'authorized', at }),
        layer: 'pending',
        legs: transfer(providerClearing(account), MERCHANT, view.amount.minor),
      },
      ...refunds,
    ];
  }
  if (!HAS_MONEY.includes(view.status) || view.amount === null) return refunds;
  const at = timeOf(context, HAS_MONEY);
  const success = moneyOf(view.amount, { line: 'success', at });
  if (view.amount.minor < 0n) {
    // Nobody pays a negative amount: it is booked where somebody has to look.
    const legs = transfer(providerClearing(account), suspense(account), view.amount.minor);
    return [{ ...success, legs, reason: 'negative-amount' }, ...refunds];
  }
  return [
    { ...success, legs: transfer(providerClearing(account), MERCHANT, view.amount.minor) },
    ...costOf(context, { gross: view.amount, at }),
    ...refunds,
  ];
}

/**
 * What the provider kept: gross less net where it states a net, else what it states to take. Stated fee
 * and tax split it, as the rule has it; a tax that the fee includes is told by fee alone making up the
 * cost; what neither explains waits in suspense, or is taken for a fee.
 */
function costOf(
  { view, account, rule }: PostingContext,
  { gross, at }: { readonly gross: Money; readonly at: string },
): readonly Posting[] {
  const fee = minorLike(view.fee, gross);
  const tax = minorLike(view.tax, gross);
  const net = view.net?.currency === gross.currency ? view.net.minor : null;
  const cost = net === null ? fee + tax : gross.minor - net;
  if (cost === 0n && fee === 0n && tax === 0n) return [];
  const isTaxIncluded = rule.taxInFee === 'detect' && fee === cost && tax > 0n && tax <= fee;
  const unexplained = cost - fee - (isTaxIncluded ? 0n : tax);
  const rest = rule.unexplainedCost === 'suspense' ? unexplained : 0n;
  const taxShare = rule.taxAccount === 'taxes' ? tax : 0n;
  return [
    {
      ...moneyOf(gross, { line: 'cost', at }),
      reason: rest === 0n ? null : 'unexplained-cost',
      legs: [
        { account: fees(account), minor: cost - taxShare - rest },
        { account: taxes(account), minor: taxShare },
        { account: suspense(account), minor: rest },
        { account: providerClearing(account), minor: -cost },
      ],
    },
  ];
}

/** Refunds that the payment's own events tell of, each on its line, and what only a total tells of. */
function refundsOf(context: PostingContext): readonly Posting[] {
  const { state, view, isRefundedApart } = context;
  const postings = Object.values(state.refunds)
    .filter(({ status }) => status === 'succeeded')
    .sort((a, b) => (a.refundId < b.refundId ? -1 : 1))
    .flatMap(({ refundId, amount }): readonly Posting[] =>
      amount === null
        ? []
        : [
            {
              ...moneyOf(amount, {
                line: refundLine(refundId),
                at: timeOf(context, [refundLine(refundId)]),
              }),
              legs: givenBack(context, amount.minor),
              reason: isRefundedApart ? 'refund-told-by-payment' : null,
            },
          ],
    );
  const like = view.refunded;
  if (like === null) return postings;
  const told = postings
    .filter(({ currency }) => currency === like.currency)
    .reduce((sum, { legs }) => sum + (legs[0]?.minor ?? 0n) * directionOf(view), 0n);
  const rest = like.minor - told;
  if (rest <= 0n) return postings;
  const at = timeOf(context, ['partially_refunded', 'refunded']);
  return [
    ...postings,
    {
      ...moneyOf(like, { line: 'refund-total', at }),
      legs: givenBack(context, rest),
      reason: isRefundedApart ? 'refund-told-as-total' : null,
    },
  ];
}

/** A refund that its payment tells of may post for itself, where the provider gives refunds an id. */
function givenBack(
  { view, account, isRefundedApart }: PostingContext,
  minor: bigint,
): readonly Leg[] {
  const from = isRefundedApart ? suspense(account) : MERCHANT;
  return transfer(from, providerClearing(account), minor * directionOf(view));
}

/** What is given back of a withdrawal comes in again. */
function directionOf({ kind }: PaymentView): 1n | -1n {
  return kind === 'withdrawal' ? -1n : 1n;
}

function refundPostings(context: PostingContext): readonly Posting[] {
  const { view, account } = context;
  if (!HAS_MONEY.includes(view.status) || view.amount === null) return [];
  const at = timeOf(context, HAS_MONEY);
  return [
    {
      ...moneyOf(view.amount, { line: 'refund', at }),
      legs: transfer(MERCHANT, providerClearing(account), view.amount.minor),
    },
  ];
}

const ON_ITS_WAY: readonly (PaymentStatus | null)[] = [
  'created',
  'pending',
  'authorized',
  'in_review',
  'processing',
];

/**
 * Requested money waits in payouts; what came back whole leaves nothing but a fee that was kept, and a part
 * that came back is booked on its own line.
 */
function withdrawalPostings(context: PostingContext): readonly Posting[] {
  const { view, account, rule } = context;
  const { amount, status } = view;
  if (amount === null) return [];
  const isPaid = status === 'succeeded' || status === 'partially_refunded';
  const cameBack = status === 'partially_refunded' ? refundsOf(context) : [];
  // Of what came back nothing was received: the stated fee alone may have been kept.
  const stated = isPaid ? context : { ...context, view: { ...view, net: null } };
  const paidAt = timeOf(context, ['succeeded']);
  const costAt = isPaid ? paidAt : timeOf(context, [status]);
  const kept = costOf(stated, { gross: amount, at: costAt });
  // A net says that the amount has the cost in it; else the cost comes on top.
  const received = view.net?.currency === amount.currency ? view.net.minor : amount.minor;
  if (!isPaid && !ON_ITS_WAY.includes(status)) {
    return status === 'refunded' && rule.returnedWithdrawalFee === 'kept' ? kept : [];
  }
  if (rule.withdrawals === 'on-payment') {
    if (!isPaid) return [];
    const paid = moneyOf(amount, { line: 'paid', at: paidAt });
    const legs = transfer(MERCHANT, providerClearing(account), received);
    return [{ ...paid, legs }, ...kept, ...cameBack];
  }
  const requested: Posting = {
    ...moneyOf(amount, { line: 'requested', at: timeOf(context, [...ON_ITS_WAY, 'succeeded']) }),
    legs: transfer(MERCHANT, PAYOUTS, received),
  };
  if (!isPaid) return [requested];
  return [
    requested,
    {
      ...moneyOf(amount, { line: 'paid', at: paidAt }),
      legs: transfer(PAYOUTS, providerClearing(account), received),
    },
    ...kept,
    ...cameBack,
  ];
}

/** Debits the first account and credits the second one. */
function transfer(debit: LedgerAccount, credit: LedgerAccount, minor: bigint): readonly Leg[] {
  return [
    { account: debit, minor },
    { account: credit, minor: -minor },
  ];
}

function moneyOf(
  { currency, exponent }: Money,
  { line, at }: { readonly line: string; readonly at: string },
): Omit<Posting, 'legs'> {
  return { line, layer: 'posted', currency, exponent, effectiveAt: at, reason: null };
}

function minorLike(money: Money | null, { currency }: Money): bigint {
  return money?.currency === currency ? money.minor : 0n;
}

/**
 * When the first of these was true, by the provider's clock where it has one; failing all of them, when the
 * payment was first told of.
 */
function timeOf({ state }: PostingContext, names: readonly (string | null)[]): string {
  const told = names.flatMap((name) => (name === null ? [] : (state.since[name] ?? [])));
  return told.sort()[0] ?? Object.values(state.since).sort()[0] ?? EPOCH;
}

const EPOCH = '1970-01-01T00:00:00.000Z';
