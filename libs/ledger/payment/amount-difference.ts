import { isSameCurrency, moneyText, type Money } from '../money.js';
import type { PaymentFact } from './payment-fact.js';
import type { PaymentKind } from './payment-kind.js';
import { HAS_MONEY, type PaymentStatus } from './payment-status.js';

/** What was asked for, what came, and how far the two are apart: of a payment, in one currency. */
export type AmountDifference = {
  readonly expected: Money | null;
  /** Received less expected; null until money has come and both are known. */
  readonly difference: Money | null;
};

/**
 * Does the amount of this fact tell what came, and not what was asked for? It does once there is money,
 * settled or not, and where the provider itself holds it against what it had expected.
 */
export function isReceipt({ status, marks, expected }: ToldAmount): boolean {
  return HAS_MONEY.includes(status) || expected !== null || marks.some((mark) => WEIGHED.has(mark));
}

/** @param facts highest rank first */
export function amountDifferenceOf(
  facts: readonly PaymentFact[],
  { kind, amount }: { readonly kind: PaymentKind; readonly amount: Money | null },
): AmountDifference {
  const asked = kind === 'payment' ? expectedOf(facts) : null;
  // What was asked for in another currency compares with nothing: `mismatch` tells of it.
  const expected =
    asked !== null && amount !== null && isSameCurrency(asked, amount) ? asked : null;
  const received = receivedOf(facts);
  const isComparable = expected !== null && received !== null && isSameCurrency(expected, received);
  return {
    expected,
    difference: isComparable ? { ...expected, minor: received.minor - expected.minor } : null,
  };
}

/**
 * Do facts contradict one another about the amount? What came may differ from what was asked for, which is
 * a difference and no contradiction; of anything but a payment they are one amount.
 */
export function isAmountContradicted(
  { kind, amounts }: { readonly kind: PaymentKind; readonly amounts: StatedAmounts },
  facts: readonly PaymentFact[],
): boolean {
  const told = [amounts, ...facts.map(amountsOf)];
  const asked = told.flatMap((stated) => stated.asked);
  const received = told.flatMap((stated) => stated.received);
  const all = [...asked, ...received];
  if (kind !== 'payment') return isVaried(all);
  const currencies = all.map((text) => text.slice(text.indexOf(' ')));
  return isVaried(asked) || isVaried(received) || isVaried(currencies);
}

function isVaried(texts: readonly string[]): boolean {
  return texts.some((text) => text !== texts[0]);
}

/** Amounts as text: equal amounts, equal texts. */
export type StatedAmounts = {
  readonly asked: readonly string[];
  readonly received: readonly string[];
};

export const noAmounts: StatedAmounts = { asked: [], received: [] };

export function amountsOf(fact: PaymentFact): StatedAmounts {
  const amount = textsOf(fact.amount);
  return isReceipt(fact)
    ? { asked: textsOf(fact.expected), received: amount }
    : { asked: amount, received: [] };
}

type ToldAmount = Pick<PaymentFact, 'status' | 'marks' | 'expected'>;

/** Marks that a provider gives to money which has come. */
const WEIGHED: ReadonlySet<string> = new Set(['unsettled', 'underpaid', 'overpaid']);

/** Statuses from before there is money, the first promise first. */
const ASKED: readonly PaymentStatus[] = [
  'created',
  'pending',
  'authorized',
  'in_review',
  'processing',
  'expired',
];

function expectedOf(facts: readonly PaymentFact[]): Money | null {
  const stated = facts.find(({ expected }) => expected !== null)?.expected ?? null;
  if (stated !== null) return stated;
  const promises = facts.filter((fact) => fact.amount !== null && !isReceipt(fact));
  for (const status of ASKED) {
    const promise = promises.find((fact) => fact.status === status);
    if (promise !== undefined) return promise.amount;
  }
  return null;
}

/** Nothing came, whatever is stated, where the highest fact says so. */
function receivedOf(facts: readonly PaymentFact[]): Money | null {
  const [top] = facts;
  const hasCome =
    top !== undefined && (HAS_MONEY.includes(top.status) || top.marks.includes('unsettled'));
  if (!hasCome) return null;
  return facts.find((fact) => fact.amount !== null && isReceipt(fact))?.amount ?? null;
}

function textsOf(money: Money | null): readonly string[] {
  return money === null ? [] : [moneyText(money)];
}
