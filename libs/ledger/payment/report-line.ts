import type { Money } from '../money.js';

/** What a line of a provider's settlement report is about. */
export const REPORT_LINE_TYPES = [
  'payment',
  'refund',
  'withdrawal',
  'payout',
  'fee',
  'adjustment',
] as const;

export type ReportLineType = (typeof REPORT_LINE_TYPES)[number];

/** One line of a settlement report: what the provider says that it paid out, or took back. */
export type ReportLine = {
  /** The provider's own id of the report, or the one that we gave it. */
  readonly report: string;
  /** Tells the lines of one report apart. */
  readonly line: string;
  readonly type: ReportLineType;
  /** As the payout moves by it: above zero what we get, below zero what is taken back or kept. */
  readonly amount: Money;
  /** ISO 8601 in UTC. */
  readonly paidAt: string;
};

/** Names a line for ever: a report's lines are told once. Neither part has a slash. */
export function reportLineId({ report, line }: Pick<ReportLine, 'report' | 'line'>): string {
  return `${report}/${line}`;
}

/**
 * Joins a line into a set of them, sorted by id. Of two tellings of one line the greater text stays, so
 * that their order does not matter; the fold refuses the second one before, as a conflict.
 */
export function withLine(lines: readonly ReportLine[], line: ReportLine): readonly ReportLine[] {
  const id = reportLineId(line);
  const rival = lines.find((known) => reportLineId(known) === id);
  if (rival !== undefined && textOf(rival) >= textOf(line)) return lines;
  return [...lines.filter((known) => known !== rival), line].sort((a, b) =>
    reportLineId(a) < reportLineId(b) ? -1 : 1,
  );
}

function textOf({ type, amount, paidAt }: ReportLine): string {
  return `${type} ${amount.minor} ${amount.currency} ${amount.exponent} ${paidAt}`;
}
