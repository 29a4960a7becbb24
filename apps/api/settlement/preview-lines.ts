import { withReportLine } from '#ledger/payment/payment-state.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { reportLineId, type ReportLine } from '#ledger/payment/report-line.js';
import { decodePaymentState } from '#projection/payment-codec.js';
import {
  LINE_MATCHES,
  type LineMatch,
  type MovementRow,
} from '#read-models/queries/report-line-reader.js';
import type { ReadLine } from './sent-line.js';

/** How lines would fit what is known, were they booked. */
export type LinePreview = {
  readonly matches: readonly { readonly match: LineMatch; readonly count: number }[];
  /** Lines in another currency than the movement that they name. */
  readonly otherCurrency: readonly ReadLine[];
};

/**
 * Joins the lines into what is known of their movements, as the fold will.
 *
 * @param rows the movements that are known, of those that the lines name
 * @param nowMs dates a movement that reports alone tell of
 */
export function previewLines(
  rows: readonly MovementRow[],
  { lines, nowMs }: { readonly lines: readonly ReadLine[]; readonly nowMs: number },
): LinePreview {
  const bySubject = Map.groupBy(lines, ({ subject }) => subject);
  const movements = new Map(
    rows.map((row) => [
      row.subject,
      { row, view: viewAfter(row, { lines: bySubject.get(row.subject) ?? [], nowMs }) },
    ]),
  );
  const counts = new Map<LineMatch, number>();
  const otherCurrency: ReadLine[] = [];
  for (const read of lines) {
    const known = movements.get(read.subject);
    const match = read.movement === null ? 'no_movement' : matchOf(read.line, known);
    counts.set(match, (counts.get(match) ?? 0) + 1);
    const amount = known?.view.amount ?? null;
    if (amount !== null && amount.currency !== read.line.amount.currency) otherCurrency.push(read);
  }
  const matches = LINE_MATCHES.flatMap((match) => {
    const count = counts.get(match) ?? 0;
    return count === 0 ? [] : [{ match, count }];
  });
  return { matches, otherCurrency };
}

/** A line that was told before with other facts keeps those. */
function viewAfter(
  { state }: MovementRow,
  { lines, nowMs }: { readonly lines: readonly ReadLine[]; readonly nowMs: number },
): PaymentView {
  const before = decodePaymentState(state);
  const told = new Set(before.reportLines.map(reportLineId));
  const fresh = lines.filter(({ line }) => !told.has(reportLineId(line)));
  const at = new Date(nowMs).toISOString();
  return viewPayment(fresh.reduce((joined, { line }) => withReportLine(joined, line, at), before));
}

function matchOf(
  { type, amount }: ReportLine,
  known: { readonly row: MovementRow; readonly view: PaymentView } | undefined,
): LineMatch {
  if (known === undefined || known.view.status === null) return 'unknown_movement';
  const { row, view } = known;
  const isMatched =
    type === 'refund' && view.kind === 'payment'
      ? row.refunds.some(
          ([currency, minor]) => currency === amount.currency && BigInt(minor) === -amount.minor,
        )
      : view.payoutDifferenceMinor === 0n;
  return isMatched ? 'matched' : 'amount_differs';
}
