import type { Money } from '../money.js';
import type { PaymentKind } from './payment-kind.js';
import type { PaymentState } from './payment-state.js';
import { HAS_MONEY, type PaymentStatus } from './payment-status.js';
import type { ReportLine } from './report-line.js';

/**
 * How far a payment is settled. `reported`: a batch or a report names it · `paid_out`: the lines of reports
 * cover what the provider owes for it, or, of a refund or a withdrawal, is owed.
 */
export const SETTLEMENT_STATUSES = ['unsettled', 'reported', 'paid_out'] as const;

export type SettlementStatus = (typeof SETTLEMENT_STATUSES)[number];

export type Payout = {
  readonly status: SettlementStatus;
  /** The batch that the provider names, else the report that told of it last. */
  readonly batch: string | null;
  /** What its lines come to, less what is due; null while either is unknown. In minor units. */
  readonly differenceMinor: bigint | null;
};

/** What was believed of the money, before anybody paid it out. */
export type PayoutDue = {
  readonly kind: PaymentKind;
  readonly status: PaymentStatus | null;
  readonly amount: Money | null;
  readonly net: Money | null;
  readonly fee: Money | null;
  readonly tax: Money | null;
};

export function payoutOf(
  { settlement, reportLines }: Pick<PaymentState, 'settlement' | 'reportLines'>,
  owed: PayoutDue,
): Payout {
  const batch = settlement?.batch ?? latestReport(reportLines);
  if (reportLines.length === 0) {
    return { batch, status: batch === null ? 'unsettled' : 'reported', differenceMinor: null };
  }
  const due = dueMinor(owed);
  const paid = due === null ? null : paidMinor(reportLines, owed);
  if (due === null || paid === null) return { batch, status: 'reported', differenceMinor: null };
  const isCovered = due < 0n ? paid <= due : paid >= due;
  const status = isCovered ? 'paid_out' : 'reported';
  return { batch, status, differenceMinor: paid - due };
}

function latestReport(lines: readonly ReportLine[]): string | null {
  const [first, ...others] = lines;
  if (first === undefined) return null;
  return others.reduce((a, b) => (b.paidAt >= a.paidAt ? b : a), first).report;
}

/** What comes onto the clearing account by its own facts, refunds apart: those have lines of their own. */
function dueMinor({ kind, status, amount, ...stated }: PayoutDue): bigint | null {
  if (amount === null || !HAS_MONEY.includes(status)) return null;
  const like = (money: Money | null): bigint =>
    money?.currency === amount.currency ? money.minor : 0n;
  const net = stated.net?.currency === amount.currency ? stated.net.minor : null;
  const cost = like(stated.fee) + like(stated.tax);
  switch (kind) {
    case 'payment':
      return net ?? amount.minor - cost;
    case 'refund':
      return -amount.minor;
    case 'withdrawal':
      return status === 'succeeded' ? -(net === null ? amount.minor + cost : amount.minor) : null;
  }
}

/** Null where a line is of another currency: nothing can be said of the difference. */
function paidMinor(lines: readonly ReportLine[], { kind, amount }: PayoutDue): bigint | null {
  const counted = kind === 'payment' ? lines.filter(({ type }) => type !== 'refund') : lines;
  if (counted.some((line) => line.amount.currency !== amount?.currency)) return null;
  return counted.reduce((sum, line) => sum + line.amount.minor, 0n);
}
