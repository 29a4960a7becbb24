import type { BinaryWriter } from './binary-writer.js';

/** A value of a column. Instants are ISO 8601 texts or milliseconds since the epoch. */
export type RowValue = string | number | bigint | boolean | Buffer | readonly string[] | null;

/** Values in the order of a table's columns. */
export type Row = readonly RowValue[];

export type Column = {
  /** Of the elements. */
  readonly oid: number;
  readonly write: (to: BinaryWriter, value: NonNullable<RowValue>) => void;
  /** Where an element of an array parameter has another form than a field of its own. */
  readonly writeField?: (to: BinaryWriter, value: NonNullable<RowValue>) => void;
};

/** Throws `TypeError` for a type that no table has. */
export function columnOf(columnType: string): Column {
  const [name = ''] = columnType.split('(');
  const column = COLUMNS[name];
  if (column === undefined) throw new TypeError(`Columns of type ${columnType} are not written.`);
  return column;
}

const TEXT_OID = 25;

const COLUMNS: Readonly<Record<string, Column>> = {
  text: { oid: TEXT_OID, write: writeText },
  'text[]': {
    oid: TEXT_OID,
    // An array of arrays would be one of two dimensions.
    write: (to, value) => to.text(arrayLiteral(value)),
    writeField: (to, value) => writeTexts(to, textsOf(value)),
  },
  uuid: { oid: 2950, write: (to, value) => to.uuid(String(value)) },
  /** A text stands for its bytes in UTF-8. */
  bytea: { oid: 17, write: writeBytes },
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

function writeText(to: BinaryWriter, value: NonNullable<RowValue>): void {
  to.text(String(value));
}

/** A value behind its length, or what stands for null: how all fields and elements are sent. */
export function writeSized(to: BinaryWriter, value: RowValue, write: Column['write']): void {
  if (value === null) {
    to.int32(-1);
    return;
  }
  to.int32(0);
  const start = to.length;
  write(to, value);
  to.int32At(start - 4, to.length - start);
}

const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

function writeBytes(to: BinaryWriter, value: NonNullable<RowValue>): void {
  if (Buffer.isBuffer(value)) to.raw(value);
  else if (typeof value === 'string') to.text(value);
  else throw new TypeError('A bytea column takes a Buffer or a text.');
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
  const texts = textsOf(value);
  if (texts.length === 0) return '{}';
  const elements = texts.map((one) =>
    NEEDS_QUOTES.test(one) ? `"${one.replace(/[\\"]/g, '\\$&')}"` : one,
  );
  return `{${elements.join(',')}}`;
}

/** PostgreSQL's binary form of an array of texts. */
function writeTexts(to: BinaryWriter, texts: readonly string[]): void {
  to.int32(texts.length === 0 ? 0 : 1);
  to.int32(0);
  to.int32(TEXT_OID);
  if (texts.length === 0) return;
  to.int32(texts.length);
  to.int32(1);
  for (const text of texts) writeSized(to, text, writeText);
}

function textsOf(value: NonNullable<RowValue>): readonly string[] {
  if (!isTexts(value)) throw new TypeError('A text[] column takes an array of texts.');
  return value;
}

function isTexts(value: NonNullable<RowValue>): value is readonly string[] {
  return Array.isArray(value);
}
