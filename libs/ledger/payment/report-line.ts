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
 * How many lines of one movement are kept: each event computes the postings of all of them anew, so without
 * a bound one movement could hold up everything that is folded with it. An import lets in half as many.
 */
export const REPORT_LINES_KEPT = 200;

/**
 * Joins a line into a set of them, sorted by id, of which the smallest are kept: that is a join like keeping
 * all, so it does not matter in which order they come. Of two tellings of one line the greater text stays;
 * the fold refuses the second one before, as a conflict. The same list where nothing changes.
 */
export function withLine(
  lines: readonly ReportLine[],
  line: ReportLine,
): { readonly lines: readonly ReportLine[]; readonly isCut: boolean } {
  const id = reportLineId(line);
  const at = placeOf(id, lines);
  const rival = lines[at];
  if (rival !== undefined && reportLineId(rival) === id) {
    const isGreater = textOf(line) > textOf(rival);
    return { lines: isGreater ? lines.with(at, line) : lines, isCut: false };
  }
  if (lines.length < REPORT_LINES_KEPT)
    return { lines: lines.toSpliced(at, 0, line), isCut: false };
  if (at === lines.length) return { lines, isCut: true };
  return { lines: lines.slice(0, -1).toSpliced(at, 0, line), isCut: true };
}

/** Index of the first line whose id is not smaller. */
function placeOf(id: string, lines: readonly ReportLine[]): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const known = lines[middle];
    if (known !== undefined && reportLineId(known) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function textOf({ type, amount, paidAt }: ReportLine): string {
  return `${type} ${amount.minor} ${amount.currency} ${amount.exponent} ${paidAt}`;
}
