import { Readable } from 'node:stream';

export const BOOK_FORMATS = ['json', 'csv', 'jsonl'] as const;

export type BookFormat = (typeof BOOK_FORMATS)[number];

export const BOOK_CONTENT_TYPES: Readonly<Record<BookFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
};

/** A flat row: what a line of a CSV holds. All rows of one walk have the same members. */
export type BookRow = Readonly<Record<string, string | number | null>>;

export function formatOf(asked: BookFormat | undefined, accept: string | undefined): BookFormat {
  if (asked !== undefined) return asked;
  if (accept?.includes('application/json') === true) return 'json';
  if (accept?.includes('text/csv') === true) return 'csv';
  return /application\/(jsonl|x-ndjson)/.test(accept ?? '') ? 'jsonl' : 'json';
}

/** Rows as text while they are read: memory stays flat, however many there are. */
export function bookStream(
  rows: AsyncIterable<BookRow>,
  { format, columns, about }: BookShape,
): Readable {
  return Readable.from(textOf(rows, { format, columns, about }), { objectMode: false });
}

export type BookShape = {
  readonly format: BookFormat;
  readonly columns: readonly string[];
  /** What JSON tells before the rows. */
  readonly about: Readonly<Record<string, string | null>>;
};

const CHUNK_CHARACTERS = 65_536;

async function* textOf(
  rows: AsyncIterable<BookRow>,
  { format, columns, about }: BookShape,
): AsyncGenerator<string> {
  let text = headOf(format, { columns, about });
  let separator = '';
  for await (const row of rows) {
    if (format === 'json') {
      text += `${separator}${JSON.stringify(row)}`;
      separator = ',\n';
    } else if (format === 'csv') text += csvLine(columns.map((column) => row[column] ?? ''));
    else text += `${JSON.stringify(row)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  yield format === 'json' ? `${text}]}\n` : text;
}

function headOf(format: BookFormat, { columns, about }: Omit<BookShape, 'format'>): string {
  if (format === 'csv') return csvLine(columns);
  return format === 'json' ? `${JSON.stringify(about).slice(0, -1)},"items":[` : '';
}

/** RFC 4180. */
function csvLine(cells: readonly (string | number)[]): string {
  const quoted = cells.map((cell) => {
    const text = String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\r\n`;
}
