import type { Queryable } from '../database.js';
import type { FoldTable } from '../fold/fold-table.js';
import { arrayParameters, elementTypeOf } from './array-parameters.js';
import type { Row } from './column-values.js';
import { copyIn, type CopyTarget } from './copy-in.js';

export type WriteMode =
  /** A row that is there already is an error: it would be a bug of ours. */
  | 'insert'
  /** A row that is there already stays. */
  | 'insert-missing'
  /** A row that is there already is replaced. */
  | 'upsert'
  /** A row that is there already is replaced by a newer one, as the table's `newestBy` has it. */
  | 'newest'
  /** A row that is there already grows by this one, in the table's `summed` columns. */
  | 'add';

/**
 * Writes any number of rows with one statement. What is only inserted is copied; for all else an array for
 * each column goes to a prepared statement, planned once per connection, however the batches are cut.
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
  if (mode === 'insert') {
    await copyIn(tx, copyTargetOf(schema, table), rows);
    return;
  }
  await tx.query({
    name: `${schema}.${table.name}.${mode}`,
    text: statement(schema, table, mode),
    values: arrayParameters(columnTypesOf(table), rows),
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
    values: arrayParameters(columnTypesOf(table), rows),
  });
  return new Set(inserted.rows.map((row) => row.key));
}

function copyTargetOf(schema: string, table: FoldTable): CopyTarget {
  return {
    table: `${schema}.${table.name}`,
    columns: table.columns.map(([column]) => column),
    types: columnTypesOf(table),
  };
}

const statements = new Map<string, string>();

function statement(schema: string, table: FoldTable, mode: Exclude<WriteMode, 'insert'>): string {
  const cacheKey = `${schema}.${table.name}.${mode}`;
  const cached = statements.get(cacheKey);
  if (cached !== undefined) return cached;
  const { name, columns, primaryKey, newestBy = [], summed = [] } = table;
  const names = columns.map(([column]) => column);
  const types = columnTypesOf(table);
  const arrays = types.map((type, index) => `$${index + 1}::${elementTypeOf(type)}[]`);
  const selected = names.map((column, index) =>
    types[index] === 'text[]' ? `${column}::text[]` : column,
  );
  const updates = names
    .filter((column) => !primaryKey.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const replace = ` on conflict (${primaryKey.join(', ')}) do update set ${updates.join(', ')}`;
  const compared = (row: string) => `(${newestBy.map((one) => `${row}.${one}`).join(', ')})`;
  const onConflict = {
    'insert-missing': ' on conflict do nothing',
    upsert: replace,
    add: ` on conflict (${primaryKey.join(', ')}) do update set ${summed
      .map((column) => `${column} = was.${column} + excluded.${column}`)
      .join(', ')}`,
    newest: `${replace} where ${compared('excluded')} > ${compared('was')}`,
  }[mode];
  const text =
    `insert into ${schema}.${name} as was (${names.join(', ')}) select ${selected.join(', ')} ` +
    `from unnest(${arrays.join(', ')}) as r (${names.join(', ')})${onConflict}`;
  statements.set(cacheKey, text);
  return text;
}

const columnTypes = new WeakMap<FoldTable, readonly string[]>();

function columnTypesOf(table: FoldTable): readonly string[] {
  const known = columnTypes.get(table);
  if (known !== undefined) return known;
  const types = table.columns.map(([, type]) => type.replace(' not null', ''));
  columnTypes.set(table, types);
  return types;
}
