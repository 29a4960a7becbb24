import type { Money } from '../money.js';
import type { PaymentStatus } from '../payment/payment-status.js';

export const ORDER_STATUSES = [
  'awaiting_payment',
  'pending',
  'partially_paid',
  'paid',
  'overpaid',
  'partially_refunded',
  'refunded',
  'failed',
  'expired',
  'cancelled',
] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Does the status rest on trusted evidence, or is there nothing but claims so far? */
export type Assurance = 'reported' | 'confirmed';

export type OrderPayment = {
  readonly status: PaymentStatus | null;
  readonly reported: PaymentStatus | null;
  readonly amount: Money | null;
  readonly refunded: Money | null;
  /** Received less expected. */
  readonly difference: Money | null;
};

export type OrderView = {
  readonly status: OrderStatus;
  readonly assurance: Assurance;
  /** What the order would be if the outstanding claims were true; null where there are none. */
  readonly reported: OrderStatus | null;
  /** Confirmed and not refunded, by currency, sorted by currency. */
  readonly paid: readonly Money[];
  readonly refunded: readonly Money[];
  /** Received less expected, of the payments of which both are known. */
  readonly difference: readonly Money[];
};

/**
 * An order is a function of its payments as they are now: no history of its own, so the interleaving
 * of partitions cannot change it. The amount due is unknown here, so any success is `paid`.
 */
export function viewOrder(payments: readonly OrderPayment[]): OrderView {
  const hasClaim = payments.some((payment) => payment.reported !== null);
  return {
    status: statusOf(payments.map((payment) => payment.status)),
    assurance: payments.some((payment) => payment.status !== null) ? 'confirmed' : 'reported',
    reported: hasClaim
      ? statusOf(payments.map((payment) => payment.reported ?? payment.status))
      : null,
    paid: sumByCurrency(payments.filter(isPaid), (payment) =>
      payment.amount === null
        ? null
        : { ...payment.amount, minor: payment.amount.minor - (payment.refunded?.minor ?? 0n) },
    ),
    refunded: sumByCurrency(payments, (payment) => payment.refunded),
    difference: sumByCurrency(payments, (payment) => payment.difference),
  };
}

function statusOf(statuses: readonly (PaymentStatus | null)[]): OrderStatus {
  const has = (...wanted: PaymentStatus[]) =>
    statuses.some((s) => s !== null && wanted.includes(s));
  if (has('partially_refunded')) return 'partially_refunded';
  if (has('succeeded')) return has('refunded') ? 'partially_refunded' : 'paid';
  if (has('refunded')) return 'refunded';
  if (has('pending', 'authorized', 'in_review', 'processing')) return 'pending';
  if (has('created')) return 'awaiting_payment';
  if (has('failed')) return 'failed';
  if (has('expired')) return 'expired';
  if (has('cancelled')) return 'cancelled';
  return 'awaiting_payment';
}

function isPaid({ status }: OrderPayment): boolean {
  return status === 'succeeded' || status === 'partially_refunded' || status === 'refunded';
}

function sumByCurrency(
  payments: readonly OrderPayment[],
  pick: (payment: OrderPayment) => Money | null,
): readonly Money[] {
  const sums = new Map<string, Money>();
  for (const payment of payments) {
    const money = pick(payment);
    if (money === null) continue;
    const key = `${money.currency}/${money.exponent}`;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? money : { ...sum, minor: sum.minor + money.minor });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, money]) => money);
}
