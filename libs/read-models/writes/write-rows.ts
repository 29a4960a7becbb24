import type { Queryable } from '../database.js';
import type { FoldTable } from '../fold/fold-tables.js';

/** Values in the order of the table's columns: text, numbers, bigints, booleans, text arrays or null. */
export type Row = readonly RowValue[];
export type RowValue = string | number | bigint | boolean | readonly string[] | null;

export type WriteMode =
  /** A row that is there already is an error: it would be a bug of ours. */
  | 'insert'
  /** A row that is there already stays. */
  | 'insert-missing'
  /** A row that is there already is replaced. */
  | 'upsert'
  /** A row that is there already is replaced by a newer one, as the table's `newestBy` has it. */
  | 'newest';

/**
 * Writes any number of rows with one prepared statement, an array for each column: it is planned once
 * per connection however the batches are cut, and costs a third of a parameter for each value.
 */
export async function writeRows(
  tx: Queryable,
  write: {
    readonly schema: string;
    readonly table: FoldTable;
    readonly rows: readonly Row[];
    readonly mode: WriteMode;
  },
): Promise<void> {
  const { schema, table, rows, mode } = write;
  if (rows.length === 0) return;
  await tx.query({
    name: `${schema}.${table.name}.${mode}`,
    text: statement(schema, table, mode),
    values: columnLiterals(table, rows),
  });
}

/** Like `insert-missing`, and answers the key of the rows that were missing: a key of one text column. */
export async function insertMissingRows(
  tx: Queryable,
  write: {
    readonly schema: string;
    readonly table: FoldTable;
    readonly rows: readonly Row[];
  },
): Promise<ReadonlySet<string>> {
  const { schema, table, rows } = write;
  const [key = ''] = table.primaryKey;
  const inserted = await tx.query<{ key: string }>({
    name: `${schema}.${table.name}.insert-missing.key`,
    text: `${statement(schema, table, 'insert-missing')} returning ${key} as key`,
    values: columnLiterals(table, rows),
  });
  return new Set(inserted.rows.map((row) => row.key));
}

const statements = new Map<string, string>();

function statement(schema: string, table: FoldTable, mode: WriteMode): string {
  const cacheKey = `${schema}.${table.name}.${mode}`;
  const cached = statements.get(cacheKey);
  if (cached !== undefined) return cached;
  const { name, columns, primaryKey, newestBy = [] } = table;
  const names = columns.map(([column]) => column);
  const arrays = columns.map(([, type], index) => `$${index + 1}::${elementType(type)}[]`);
  // An array of arrays would be one array of two dimensions, so inner arrays travel as text.
  const selected = columns.map(([column, type]) =>
    type.startsWith('text[]') ? `${column}::text[]` : column,
  );
  const updates = names
    .filter((column) => !primaryKey.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const replace = ` on conflict (${primaryKey.join(', ')}) do update set ${updates.join(', ')}`;
  const compared = (row: string) => `(${newestBy.map((one) => `${row}.${one}`).join(', ')})`;
  const onConflict = {
    insert: '',
    'insert-missing': ' on conflict do nothing',
    upsert: replace,
    newest: `${replace} where ${compared('excluded')} > ${compared('was')}`,
  }[mode];
  const text =
    `insert into ${schema}.${name} as was (${names.join(', ')}) select ${selected.join(', ')} ` +
    `from unnest(${arrays.join(', ')}) as r (${names.join(', ')})${onConflict}`;
  statements.set(cacheKey, text);
  return text;
}

function elementType(columnType: string): string {
  const type = columnType.replace(' not null', '');
  return type === 'text[]' ? 'text' : type;
}

/** Types whose text never holds what an array reads as syntax. */
const PLAIN_TYPES = /^(?:uuid|bigint|smallint|int|numeric|timestamptz|boolean)/;

/** Every column of all rows as PostgreSQL's array literal. */
function columnLiterals({ columns }: FoldTable, rows: readonly Row[]): string[] {
  return columns.map(([, type], index) => {
    const toElement = PLAIN_TYPES.test(type) ? plainElement : element;
    let literal = '{';
    let separator = '';
    for (const row of rows) {
      literal += separator + toElement(row[index] ?? null);
      separator = ',';
    }
    return `${literal}}`;
  });
}

function plainElement(value: RowValue): string {
  return value === null ? 'NULL' : value.toString();
}

/** What would be read as syntax, as nothing, or as NULL. */
const NEEDS_QUOTES = /["\\{},\s]|^$|^null$/i;

function element(value: RowValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return NEEDS_QUOTES.test(value) ? quoted(value) : value;
  if (typeof value === 'object') return quoted(`{${value.map(element).join(',')}}`);
  return value.toString();
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
