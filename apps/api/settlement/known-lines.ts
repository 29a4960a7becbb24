import type { FieldError } from '#platform/problem.js';
import type { KnownLineRow } from '#read-models/queries/report-line-reader.js';
import type { ReportLineRivals } from '#read-models/writes/report-line-claims.js';
import type { ReadLine } from './sent-line.js';

/** How the lines of a report compare with what was told before. */
export type ComparedLines = {
  /** Told before with the same facts. */
  readonly same: readonly ReadLine[];
  /** Told before of the same subject, with other facts. */
  readonly conflicting: readonly ReadLine[];
  /** Told before of another movement, which the fold of one subject cannot see: both would be booked. */
  readonly errors: readonly FieldError[];
};

/** By the folded rows. */
export function comparedWith(
  rows: readonly KnownLineRow[],
  lines: readonly ReadLine[],
): ComparedLines {
  const known = Map.groupBy(rows, ({ line }) => line);
  const same: ReadLine[] = [];
  const conflicting: ReadLine[] = [];
  const errors: FieldError[] = [];
  for (const read of lines) {
    const before = known.get(read.text.line);
    if (before === undefined) continue;
    const own = before.find(({ subject }) => subject === read.movement);
    if (own === undefined) errors.push(toldOtherwise(read));
    else if (factsOf(own) === factsOf({ ...read.line, ...read.line.amount })) same.push(read);
    else conflicting.push(read);
  }
  return { same, conflicting, errors };
}

/** What stands against these lines by the claims, at the lines that it is about. */
export function rivalErrors(
  { claimedOtherwise, overfull }: ReportLineRivals,
  { lines, linesMax }: { readonly lines: readonly ReadLine[]; readonly linesMax: number },
): readonly FieldError[] {
  const claimed = new Set(claimedOtherwise);
  const full = overfull.flatMap((subject) => lines.find((read) => read.subject === subject) ?? []);
  return [
    ...lines.filter(({ text }) => claimed.has(text.line)).map(toldOtherwise),
    ...full.map(({ sent }) => ({
      pointer: `${sent.pointer}/reference`,
      code: 'too-many-lines',
      detail: `${sent.label}: ${sent.texts.reference} would be named by more than ${linesMax} lines.`,
    })),
  ];
}

function toldOtherwise({ sent, text }: ReadLine): FieldError {
  const detail = `${sent.label}: its id ${text.line} was told of another movement before.`;
  return { pointer: `${sent.pointer}/reference`, code: 'told-otherwise', detail };
}

function factsOf(line: {
  readonly type: string;
  readonly currency: string;
  readonly exponent: number;
  readonly paidAt: Date | string;
  readonly minor?: bigint;
  readonly amountMinor?: string;
}): string {
  const { type, currency, exponent, paidAt, minor, amountMinor } = line;
  const at = new Date(paidAt).toISOString();
  return `${type} ${String(minor ?? amountMinor)} ${currency} ${exponent} ${at}`;
}
