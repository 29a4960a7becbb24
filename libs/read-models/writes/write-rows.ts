import type { Queryable } from '../database.js';
import type { FoldTable } from '../fold/fold-tables.js';

/** Values in the order of the table's columns; bigints as they are, timestamps as ISO text or Date. */
export type Row = readonly unknown[];

/**
 * Chunk sizes, largest first: any number of rows is written by statements of these sizes only, so that
 * each is planned once per connection however the batches are cut.
 */
const CHUNK_ROWS = [512, 128, 32, 8, 2, 1] as const;
const PARAMETERS_MAX = 65_535;

export type WriteMode =
  /** A row that is there already is an error: it would be a bug of ours. */
  | 'insert'
  /** A row that is there already stays. */
  | 'insert-missing'
  /** A row that is there already is replaced. */
  | 'upsert';

/**
 * Writes rows with prepared multi-row statements, the cheapest form for wide rows. They are issued at
 * once, so that they share a round trip.
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
  const issued: Promise<unknown>[] = [];
  let start = 0;
  for (const size of CHUNK_ROWS) {
    if (size * table.columns.length > PARAMETERS_MAX) continue;
    for (; rows.length - start >= size; start += size) {
      issued.push(
        tx.query({
          name: `${schema}.${table.name}.${mode}.${size}`,
          text: statement(schema, table, { size, mode }),
          values: parametersOf(rows, { start, size }),
        }),
      );
    }
  }
  await Promise.all(issued);
}

function parametersOf(
  rows: readonly Row[],
  { start, size }: { start: number; size: number },
): unknown[] {
  const parameters: unknown[] = [];
  for (let index = start; index < start + size; index += 1) {
    for (const value of rows[index] ?? []) {
      parameters.push(typeof value === 'bigint' ? value.toString() : value);
    }
  }
  return parameters;
}

const statements = new Map<string, string>();

function statement(
  schema: string,
  { name, columns, primaryKey }: FoldTable,
  { size, mode }: { size: number; mode: WriteMode },
): string {
  const cacheKey = `${schema}.${name}.${mode}.${size}`;
  const cached = statements.get(cacheKey);
  if (cached !== undefined) return cached;
  const names = columns.map(([column]) => column);
  const values = Array.from(
    { length: size },
    (_, row) =>
      `(${names.map((_name, column) => `$${row * names.length + column + 1}`).join(',')})`,
  );
  const updates = names
    .filter((column) => !primaryKey.includes(column))
    .map((column) => `${column} = excluded.${column}`);
  const onConflict = {
    insert: '',
    'insert-missing': ' on conflict do nothing',
    upsert: ` on conflict (${primaryKey.join(', ')}) do update set ${updates.join(', ')}`,
  }[mode];
  const text = `insert into ${schema}.${name} (${names.join(', ')}) values ${values.join(',')}${onConflict}`;
  statements.set(cacheKey, text);
  return text;
}
