import { isSameCurrency, type Money } from '../money.js';
import {
  amountDifferenceOf,
  isAmountContradicted,
  type AmountDifference,
} from './amount-difference.js';
import { FLAGS, type Flag } from './flag.js';
import type { PaymentFact, RefundFact, SeparateRefund } from './payment-fact.js';
import type { PaymentKind } from './payment-kind.js';
import { isOutstanding, type PaymentState } from './payment-state.js';
import type { PaymentStatus } from './payment-status.js';
import { payoutOf, type SettlementStatus } from './payout.js';

/** What readers see of a payment: a pure function of its state. */
export type PaymentView = AmountDifference & {
  readonly kind: PaymentKind;
  /** Null while there are only claims. */
  readonly status: PaymentStatus | null;
  /** The latest claim, until a lookup as of its position or later has confirmed or cleared it. */
  readonly reported: PaymentStatus | null;
  readonly orderId: string | null;
  readonly amount: Money | null;
  readonly net: Money | null;
  readonly fee: Money | null;
  readonly tax: Money | null;
  readonly refunded: Money | null;
  readonly method: string | null;
  readonly failureCode: string | null;
  readonly occurredAt: string | null;
  /** Subject key of the payment that this refund gives back. */
  readonly parent: string | null;
  readonly settlementStatus: SettlementStatus;
  /** The batch that the provider names, else the report that told of it last. */
  readonly settlementBatch: string | null;
  /** What report lines come to, less what is due for it, in minor units; null while either is unknown. */
  readonly payoutDifferenceMinor: bigint | null;
  /** Our own reference of a withdrawal or a refund. */
  readonly clientReference: string | null;
  readonly flags: readonly Flag[];
};

/**
 * @param children refunds of this payment that have an id, and so a state, of their own
 */
export function viewPayment(
  state: PaymentState,
  children: readonly SeparateRefund[] = [],
): PaymentView {
  const facts = rankedFacts(state);
  const top = facts[0];
  const amount = firstOf(facts, (fact) => fact.amount);
  const apart = new Set(children.flatMap(({ refundId, aliases }) => [refundId, ...aliases]));
  const own = Object.values(state.refunds).filter(({ refundId }) => !apart.has(refundId));
  const refunds = [...own, ...children];
  // What a refund records of itself is not given back a second time.
  const refunded = state.kind === 'refund' ? null : refundedMoney(state, { amount, refunds });
  const status = top === undefined ? null : statusAfterRefunds(top.status, { amount, refunded });
  const isPayment = state.kind === 'payment';
  const apartFromAsked = amountDifferenceOf(facts, { kind: state.kind, amount });
  const [attribution] = state.attributions;
  const { kind } = state;
  const net = firstOf(facts, (fact) => fact.net);
  const fee = firstOf(facts, (fact) => fact.fee);
  const tax = firstOf(facts, (fact) => fact.tax);
  const payout = payoutOf(state, { kind, status, amount, net, fee, tax });
  return {
    kind,
    status,
    reported: isOutstanding(state) ? (state.claim?.status ?? null) : null,
    // Money that goes out or back pays no order.
    orderId: isPayment ? (attribution?.orderId ?? null) : null,
    amount,
    ...apartFromAsked,
    net,
    fee,
    tax,
    refunded,
    method: firstOf(facts, (fact) => fact.method),
    failureCode: status === 'failed' ? firstOf(facts, (fact) => fact.failureCode) : null,
    occurredAt: top?.occurredAt ?? null,
    parent: state.kind === 'refund' ? (state.parents.at(-1) ?? null) : null,
    settlementStatus: payout.status,
    settlementBatch: payout.batch,
    payoutDifferenceMinor: payout.differenceMinor,
    clientReference: isPayment ? null : (state.clientReference ?? attribution?.orderId ?? null),
    flags: flagsOf(state, { facts, refunds, amount, difference: apartFromAsked.difference }),
  };
}

/** Highest rank first; among equals the later one, then the greater id: a total order. */
function rankedFacts({ facts, found }: PaymentState): readonly PaymentFact[] {
  const all = Object.values(facts);
  if (found?.found) all.push(found.found);
  return all.sort(
    (a, b) =>
      b.rank - a.rank ||
      compareDescending(a.occurredAt ?? '', b.occurredAt ?? '') ||
      compareDescending(a.factId, b.factId),
  );
}

function refundedMoney(
  state: PaymentState,
  { amount, refunds }: { amount: Money | null; refunds: readonly RefundFact[] },
): Money | null {
  // Sorted, because an object's members stand in the order of their arrival.
  const succeeded = refunds
    .filter((refund) => refund.status === 'succeeded')
    .sort((a, b) => (a.refundId < b.refundId ? -1 : 1));
  const like = amount ?? succeeded.find((refund) => refund.amount !== null)?.amount ?? null;
  if (like === null) return null;
  // Money of another currency is not summed: `mismatch` tells of it.
  const summed = succeeded
    .filter((refund) => refund.amount?.currency === like.currency)
    .reduce((sum, refund) => sum + (refund.amount?.minor ?? 0n), 0n);
  const totals = refundedTotalsOf(state).filter((total) => isSameCurrency(total, like));
  const minor = totals.reduce((most, total) => (total.minor > most ? total.minor : most), summed);
  return minor === 0n ? null : { ...like, minor };
}

/** Of each currency the highest, and what the last lookup found. */
function refundedTotalsOf({ refundedTotals, found }: PaymentState): readonly Money[] {
  const looked = found?.found?.refundedTotal ?? null;
  const totals = [...Object.values(refundedTotals), ...(looked === null ? [] : [looked])];
  return totals.filter(({ minor }) => minor !== 0n);
}

/** A refund may be known before, or without, the payment's own change of status. */
function statusAfterRefunds(
  status: PaymentStatus,
  { amount, refunded }: { amount: Money | null; refunded: Money | null },
): PaymentStatus {
  if (refunded === null || (status !== 'succeeded' && status !== 'partially_refunded')) {
    return status;
  }
  return amount !== null && refunded.minor >= amount.minor ? 'refunded' : 'partially_refunded';
}

type Weighed = {
  readonly facts: readonly PaymentFact[];
  readonly refunds: readonly RefundFact[];
  readonly amount: Money | null;
  readonly difference: Money | null;
};

function flagsOf(state: PaymentState, weighed: Weighed): readonly Flag[] {
  const { facts, difference } = weighed;
  const isTold = (status: PaymentStatus): boolean => facts.some((fact) => fact.status === status);
  const isGivenBack = isTold('partially_refunded') || isTold('refunded');
  // A payment that was given back had been paid; a withdrawal may be returned without.
  const isPaid = isTold('succeeded') || (state.kind === 'payment' && isGivenBack);
  const flags: Flag[] = [...state.marks];
  if (isPaid && isTold('expired')) flags.push('late');
  if (difference !== null && difference.minor < 0n) flags.push('underpaid');
  if (difference !== null && difference.minor > 0n) flags.push('overpaid');
  if (isAmountContradicted(state, facts) || hasForeignRefund(state, weighed))
    flags.push('mismatch');
  // Money that was received and then could not be assigned is unsettled, as the provider's rules have it.
  if (isPaid && isTold('failed') && !flags.includes('unsettled')) flags.push('illegal');
  const [first, second] = state.attributions;
  const isContested = first !== undefined && second?.strength === first.strength;
  // Of a payment that is paid once, two tries brought money: how much is here, nobody has told.
  const isPaidTwice = state.attempts.length > 1;
  if (state.hasConflict || isContested || isPaidTwice) flags.push('conflict');
  return FLAGS.filter((flag) => flags.includes(flag));
}

function hasForeignRefund(
  state: PaymentState,
  { refunds, amount: paid }: Pick<Weighed, 'refunds' | 'amount'>,
): boolean {
  if (paid === null) return false;
  return (
    refunds.some(({ amount }) => amount !== null && amount.currency !== paid.currency) ||
    refundedTotalsOf(state).some((total) => !isSameCurrency(total, paid))
  );
}

function firstOf<T>(
  facts: readonly PaymentFact[],
  pick: (fact: PaymentFact) => T | null,
): T | null {
  for (const fact of facts) {
    const value = pick(fact);
    if (value !== null) return value;
  }
  return null;
}

function compareDescending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}
