import { BinaryWriter } from './binary-writer.js';

/** A value of a column. Instants are ISO 8601 texts or milliseconds since the epoch. */
export type RowValue = string | number | bigint | boolean | Buffer | readonly string[] | null;

/** Values in the order of a table's columns. */
export type Row = readonly RowValue[];

type Column = {
  /** Of the elements. */
  readonly oid: number;
  readonly write: (to: BinaryWriter, value: NonNullable<RowValue>) => void;
};

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
    if (value === null) {
      hasNull = true;
      to.int32(-1);
      continue;
    }
    to.int32(0);
    const from = to.length;
    write(to, value);
    to.int32At(from - 4, to.length - from);
  }
  if (hasNull) to.int32At(start + 4, 1);
}

function columnOf(columnType: string): Column {
  const [name = ''] = columnType.split('(');
  const column = COLUMNS[name];
  if (column === undefined) throw new TypeError(`Columns of type ${columnType} are not written.`);
  return column;
}

const COLUMNS: Readonly<Record<string, Column>> = {
  text: { oid: 25, write: (to, value) => to.text(String(value)) },
  'text[]': {
    oid: 25,
    write: (to, value) => to.text(arrayLiteral(value)),
  },
  uuid: { oid: 2950, write: (to, value) => to.uuid(String(value)) },
  bytea: { oid: 17, write: (to, value) => to.raw(asBytes(value)) },
  boolean: { oid: 16, write: (to, value) => to.int8(value === true ? 1 : 0) },
  smallint: { oid: 21, write: (to, value) => to.int16(Number(value)) },
  int: { oid: 23, write: (to, value) => to.int32(Number(value)) },
  bigint: { oid: 20, write: (to, value) => to.int64(asBigint(value)) },
  numeric: { oid: 1700, write: (to, value) => to.numeric(asBigint(value)) },
  /** `2026-11-22`: days since 2000, as PostgreSQL counts. */
  date: {
    oid: 1082,
    write: (to, value) => to.int32((Date.parse(String(value)) - EPOCH_2000_MS) / DAY_MS),
  },
  timestamptz: {
    oid: 1184,
    write: (to, value) => to.instant(typeof value === 'number' ? value : Date.parse(String(value))),
  },
};

const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

function asBytes(value: NonNullable<RowValue>): Buffer {
  if (!Buffer.isBuffer(value)) throw new TypeError('A bytea column takes a Buffer.');
  return value;
}

function asBigint(value: NonNullable<RowValue>): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' || typeof value === 'string') return BigInt(value);
  throw new TypeError(`A ${typeof value} is not an integer.`);
}

/** What would be read as syntax, as nothing, or as NULL. */
const NEEDS_QUOTES = /["\\{},\s]|^$|^null$/i;

/** PostgreSQL's text form of an array of texts. */
function arrayLiteral(value: NonNullable<RowValue>): string {
  if (!isTexts(value)) throw new TypeError('A text[] column takes an array of texts.');
  if (value.length === 0) return '{}';
  const elements = value.map((one) =>
    NEEDS_QUOTES.test(one) ? `"${one.replace(/[\\"]/g, '\\$&')}"` : one,
  );
  return `{${elements.join(',')}}`;
}

function isTexts(value: NonNullable<RowValue>): value is readonly string[] {
  return Array.isArray(value);
}
