import type { Money } from '../money.js';
import type { PaymentFact } from './payment-fact.js';
import { isOutstanding, type PaymentState } from './payment-state.js';
import type { PaymentStatus } from './payment-status.js';

export const FLAGS = [
  'late',
  'unsettled',
  'disputed',
  'underpaid',
  'overpaid',
  'mismatch',
  'illegal',
  'conflict',
] as const;

/** Something that a person should know about a state. Computed from the set of facts, never from the
 * order in which they arrived. */
export type Flag = (typeof FLAGS)[number];

/** What readers see of a payment: a pure function of its state. */
export type PaymentView = {
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
  readonly flags: readonly Flag[];
};

export function viewPayment(state: PaymentState): PaymentView {
  const facts = rankedFacts(state);
  const top = facts[0];
  const amount = firstOf(facts, (fact) => fact.amount);
  const refunded = refundedMoney(state, amount);
  const status = top === undefined ? null : statusAfterRefunds(top.status, { amount, refunded });
  return {
    status,
    reported: isOutstanding(state) ? (state.claim?.status ?? null) : null,
    orderId: state.attributions[0]?.orderId ?? null,
    amount,
    net: firstOf(facts, (fact) => fact.net),
    fee: firstOf(facts, (fact) => fact.fee),
    tax: firstOf(facts, (fact) => fact.tax),
    refunded,
    method: firstOf(facts, (fact) => fact.method),
    failureCode: status === 'failed' ? firstOf(facts, (fact) => fact.failureCode) : null,
    occurredAt: top?.occurredAt ?? null,
    flags: flagsOf(state, facts),
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

function refundedMoney(state: PaymentState, amount: Money | null): Money | null {
  // Sorted, because an object's members stand in the order of their arrival.
  const succeeded = Object.values(state.refunds)
    .filter((refund) => refund.status === 'succeeded')
    .sort((a, b) => (a.refundId < b.refundId ? -1 : 1));
  const like = amount ?? succeeded.find((refund) => refund.amount !== null)?.amount ?? null;
  if (like === null) return null;
  // Money of another currency is not summed: `mismatch` tells of it.
  const summed = succeeded
    .filter((refund) => refund.amount?.currency === like.currency)
    .reduce((sum, refund) => sum + (refund.amount?.minor ?? 0n), 0n);
  const looked = state.found?.found?.refundedTotal?.minor ?? 0n;
  const minor = [summed, state.refundedTotalMinor, looked].reduce((a, b) => (a > b ? a : b));
  return minor === 0n ? null : { ...like, minor };
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

function flagsOf(state: PaymentState, facts: readonly PaymentFact[]): readonly Flag[] {
  const statuses = new Set(facts.map((fact) => fact.status));
  const isPaid =
    statuses.has('succeeded') || statuses.has('partially_refunded') || statuses.has('refunded');
  const flags: Flag[] = [];
  if (isPaid && statuses.has('expired')) flags.push('late');
  if (isAmountMismatched(facts) || hasForeignRefund(state, facts)) flags.push('mismatch');
  if (isPaid && statuses.has('failed')) flags.push('illegal');
  const [first, second] = state.attributions;
  const isContested = first !== undefined && second?.strength === first.strength;
  if (state.hasConflict || isContested) flags.push('conflict');
  return flags;
}

function isAmountMismatched(facts: readonly PaymentFact[]): boolean {
  const amounts = facts.flatMap((fact) => (fact.amount === null ? [] : [fact.amount]));
  const [first] = amounts;
  return amounts.some(
    (amount) => amount.minor !== first?.minor || amount.currency !== first.currency,
  );
}

function hasForeignRefund({ refunds }: PaymentState, facts: readonly PaymentFact[]): boolean {
  const currency = firstOf(facts, (fact) => fact.amount)?.currency;
  return Object.values(refunds).some(
    ({ amount }) => amount !== null && currency !== undefined && amount.currency !== currency,
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
