import { paint } from '#platform/terminal.js';
import type { Output } from './command.js';
import { formatTable } from './table.js';

export type LedgerMoney = {
  readonly amount: string;
  readonly currency: string;
  readonly minorUnits: string;
};

/** What the ledger commands read of the API's answers. */
export type TrialBalance = {
  readonly layer: string;
  readonly isBalanced: boolean;
  readonly lines: readonly {
    readonly account: string;
    readonly currency: string;
    readonly debit: LedgerMoney | null;
    readonly credit: LedgerMoney | null;
  }[];
  readonly totals: readonly {
    readonly currency: string;
    readonly debit: LedgerMoney;
    readonly credit: LedgerMoney;
    readonly isBalanced: boolean;
  }[];
};

/** A block for each currency: its accounts, the side of each, and both sides added up. */
export function formatTrialBalance(found: TrialBalance, stream: Output): string {
  if (found.lines.length === 0) return 'Nothing is booked.\n';
  const rows = found.totals.flatMap(({ currency, debit, credit, isBalanced }) => {
    const own = found.lines.filter((line) => line.currency === currency);
    const verdict = isBalanced
      ? paint('debits equal credits', 'green', stream)
      : paint('DEBITS DIFFER FROM CREDITS', 'red', stream);
    return [
      ...own.map(({ account, ...line }) => [
        account,
        currency,
        line.debit === null ? '' : groupedAmount(line.debit),
        line.credit === null ? '' : groupedAmount(line.credit),
        '',
      ]),
      [`  total ${currency}`, currency, groupedAmount(debit), groupedAmount(credit), verdict],
    ];
  });
  return formatTable(rightAligned([['account', '', 'debit', 'credit', ''], ...rows], [2, 3]));
}

/** `1,234,567.00`: for people alone. */
export function groupedAmount({ amount }: Pick<LedgerMoney, 'amount'>): string {
  const [whole = '', decimals] = amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

/** ` (told 2026-09-20)`: the entry was moved out of a closed period, which holds its provider's time. */
export function movedText({ toldAt }: { readonly toldAt?: string | null }): string {
  return toldAt === undefined || toldAt === null ? '' : ` (told ${toldAt.slice(0, 10)})`;
}

/** Pads the cells of some columns in front, so that amounts stand under each other. */
export function rightAligned(
  rows: readonly (readonly string[])[],
  columns: readonly number[],
): readonly (readonly string[])[] {
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row.map((cell, column) => cell.padStart(widths[columns.indexOf(column)] ?? 0)),
  );
}
