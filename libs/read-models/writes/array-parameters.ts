import { BinaryWriter } from './binary-writer.js';
import { columnOf, writeSized, type Column, type Row, type RowValue } from './column-values.js';

const INITIAL_BYTES = 8_192;
/** Bytes that the last write of the same columns took: a buffer that fits is not copied. */
const lastBytes = new WeakMap<readonly string[], number>();

/**
 * Rows as one array parameter for each column, in PostgreSQL's binary form: nothing is quoted here or
 * parsed there. All arrays of a write share a buffer.
 *
 * Throws `RangeError` or `TypeError` for a value that does not fit its column, as the database would.
 */
export function arrayParameters(columnTypes: readonly string[], rows: readonly Row[]): Buffer[] {
  const to = new BinaryWriter(lastBytes.get(columnTypes) ?? INITIAL_BYTES);
  const starts = columnTypes.map((type, index) => {
    const start = to.length;
    writeColumn(to, columnOf(type), { rows, index });
    return start;
  });
  lastBytes.set(columnTypes, Math.ceil(to.length * 1.25));
  return starts.map((start, index) => to.slice(start, starts[index + 1] ?? to.length));
}

/** One array, for statements that select by it. */
export function arrayParameter(elementType: string, values: Iterable<RowValue>): Buffer {
  const rows = Array.from(values, (value) => [value]);
  const to = new BinaryWriter(INITIAL_BYTES);
  writeColumn(to, columnOf(elementType), { rows, index: 0 });
  return to.slice(0, to.length);
}

/** `text[]` columns have text elements: an array of arrays would be one of two dimensions. */
export function elementTypeOf(columnType: string): string {
  return columnType === 'text[]' ? 'text' : columnType;
}

function writeColumn(
  to: BinaryWriter,
  { oid, write }: Column,
  { rows, index }: { readonly rows: readonly Row[]; readonly index: number },
): void {
  const start = to.length;
  for (const word of [1, 0, oid, rows.length, 1]) to.int32(word);
  let hasNull = false;
  for (const row of rows) {
    const value = row[index] ?? null;
    hasNull ||= value === null;
    writeSized(to, value, write);
  }
  if (hasNull) to.int32At(start + 4, 1);
}
