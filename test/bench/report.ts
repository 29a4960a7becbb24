import { cpus, totalmem } from 'node:os';
import { stdout } from 'node:process';

/** One contestant's figures over all rounds. */
export type Figures = Readonly<Record<string, number>>;

export type Contestant = {
  readonly name: string;
  readonly rounds: readonly Figures[];
  /** Name of the contestant that this one's ratios are to; the first one where it is left out. */
  readonly comparedWith?: string;
};

export type BenchReport = {
  readonly bench: string;
  readonly method: string;
  readonly contestants: readonly Contestant[];
};

/** The middle value: one noisy round does not move it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Prints medians as a table with ratios to the first contestant, then the whole as one JSON line. */
export function printReport({ bench, method, contestants }: BenchReport, isJson: boolean): void {
  const figuresOf = new Map(contestants.map(({ name, rounds }) => [name, medians(rounds)]));
  const [first = { name: '', rounds: [] }] = contestants;
  const columns = Object.keys(figuresOf.get(first.name) ?? {});
  const date = new Date().toISOString();
  if (!isJson) {
    stdout.write(`\n${bench}: ${method}\n${machine()}, ${date}\n\n`);
    const header = ['', ...columns, ...columns.map((column) => `× ${column}`)];
    const lines = contestants.map(({ name, comparedWith = first.name }) => {
      const figures = figuresOf.get(name) ?? {};
      const base = figuresOf.get(comparedWith) ?? {};
      return [
        name,
        ...columns.map((column) => round(figures[column])),
        ...columns.map((column) => ratio(figures[column], base[column])),
      ];
    });
    stdout.write(table([header, ...lines]));
    stdout.write('\n× is the ratio to the baseline above; medians over the rounds.\n');
  }
  const json = { bench, method, date, machine: machine(), contestants };
  stdout.write(`${JSON.stringify(json)}\n`);
}

function medians(rounds: readonly Figures[]): Figures {
  const columns = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    columns.map((column) => [column, median(rounds.map((figures) => figures[column] ?? NaN))]),
  );
}

function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${gib} GiB, Node ${process.version}`;
}

function round(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}

function ratio(value: number | undefined, first: number | undefined): string {
  return value === undefined || first === undefined ? '-' : (value / first).toFixed(2);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
