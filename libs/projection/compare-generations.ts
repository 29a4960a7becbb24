import type { Queryable, TextRows } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import type { FoldTable } from '#read-models/fold/fold-table.js';
import { FOLD_TABLES } from '#read-models/fold/fold-tables.js';

/** One folded table compared over two generations. */
export type TableComparison = {
  readonly table: string;
  readonly rows: number;
  /** Rows that one side lacks or has otherwise, as primary key text; at most `DIFFERENCES_MAX`. */
  readonly differences: readonly RowDifference[];
};

export type RowDifference = {
  readonly key: string;
  readonly kind: 'missing' | 'unexpected' | 'different';
  /** Columns that differ, for `different`. */
  readonly columns: readonly string[];
};

/** `db` is one connection inside a transaction: the walk keeps a cursor open in it. */
export type Side = { readonly db: Queryable; readonly generation: Generation };

export type Sides = { readonly live: Side; readonly rebuilt: Side };

const DIFFERENCES_MAX = 100;
const PAGE_ROWS = 5_000;

/**
 * Compares every folded table row for row. Both sides stand at the same positions: `live` inside one
 * snapshot, `rebuilt` stopped there. Rows are walked in primary-key order, side by side, so memory stays
 * flat however large the tables are.
 */
export async function compareGenerations(
  sides: Sides,
  onTable: (comparison: TableComparison) => void,
): Promise<readonly TableComparison[]> {
  const comparisons: TableComparison[] = [];
  for (const table of FOLD_TABLES) {
    const comparison = await compareTable(await commonPart(table, sides), sides);
    onTable(comparison);
    comparisons.push(comparison);
  }
  return comparisons;
}

/** Across fold versions tables differ in their columns: what both sides have is compared. */
async function commonPart(table: FoldTable, { live, rebuilt }: Sides): Promise<FoldTable> {
  const here = await columnsOf(table, live);
  const there = await columnsOf(table, rebuilt);
  const columns = table.columns.filter(([name]) => here.has(name) && there.has(name));
  return { ...table, columns };
}

async function columnsOf(table: FoldTable, { db, generation }: Side): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ column_name: string }>(
    `select column_name from information_schema.columns
      where table_schema = $1 and table_name = $2`,
    [foldSchemaName(generation), table.name],
  );
  return new Set(rows.map((row) => row.column_name));
}

async function compareTable(table: FoldTable, { live, rebuilt }: Sides): Promise<TableComparison> {
  // A table that one side does not have yet has nothing to be compared with.
  if (!table.primaryKey.every((key) => table.columns.some(([name]) => name === key))) {
    return { table: table.name, rows: 0, differences: [] };
  }
  const differences: RowDifference[] = [];
  const expected = walk(table, live);
  const actual = walk(table, rebuilt);
  let left = await expected.next();
  let right = await actual.next();
  let rows = 0;
  while (left.done !== true || right.done !== true) {
    const order = compareRows(table, left.value, right.value);
    if (order === 0 && left.value !== undefined && right.value !== undefined) {
      rows += 1;
      const columns = differingColumns(table, left.value.values, right.value.values);
      if (columns.length > 0) note({ key: left.value.key, kind: 'different', columns });
    } else if (order < 0 && left.value !== undefined) {
      note({ key: left.value.key, kind: 'missing', columns: [] });
    } else if (right.value !== undefined) {
      note({ key: right.value.key, kind: 'unexpected', columns: [] });
    }
    if (order <= 0) left = await expected.next();
    if (order >= 0) right = await actual.next();
  }
  return { table: table.name, rows, differences };

  function note(difference: RowDifference): void {
    if (differences.length < DIFFERENCES_MAX) differences.push(difference);
  }
}

type WalkedRow = {
  readonly key: string;
  readonly keys: readonly string[];
  readonly values: readonly (string | null)[];
};

/** All rows of a table as text, in primary-key order: one sort, then pages through a cursor. */
async function* walk(table: FoldTable, { db, generation }: Side): AsyncGenerator<WalkedRow, void> {
  const schema = foldSchemaName(generation);
  const columns = table.columns.map(([column]) => `${column}::text`).join(', ');
  const cursor = `walk_${schema}_${table.name}`;
  const order = table.primaryKey.map((column) =>
    typeOf(table, column).startsWith('text') ? `${column} collate "C"` : column,
  );
  await db.query(
    `declare ${cursor} no scroll cursor for
     select ${columns} from ${schema}.${table.name} order by ${order.join(', ')}`,
  );
  const keyColumns = table.primaryKey.map((column) =>
    table.columns.findIndex(([name]) => name === column),
  );
  for (;;) {
    const page: TextRows = await db.query({
      text: `fetch ${PAGE_ROWS} from ${cursor}`,
      rowMode: 'array',
    });
    for (const values of page.rows) {
      const keys = keyColumns.map((index) => values[index] ?? '');
      yield { key: keys.join(' '), keys, values };
    }
    if (page.rows.length < PAGE_ROWS) break;
  }
  await db.query(`close ${cursor}`);
}

function compareRows(table: FoldTable, left: WalkedRow | void, right: WalkedRow | void): number {
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  for (const [index, column] of table.primaryKey.entries()) {
    const [a, b] = [left.keys[index] ?? '', right.keys[index] ?? ''];
    const order = /^(bigint|smallint)/.test(typeOf(table, column))
      ? Number(BigInt(a) - BigInt(b))
      : Buffer.compare(Buffer.from(a), Buffer.from(b));
    if (order !== 0) return order;
  }
  return 0;
}

function typeOf({ columns }: FoldTable, column: string): string {
  return columns.find(([name]) => name === column)?.[1] ?? 'text';
}

function differingColumns(
  { columns }: FoldTable,
  left: readonly (string | null)[],
  right: readonly (string | null)[],
): readonly string[] {
  return columns.flatMap(([name], index) => (left[index] === right[index] ? [] : [name]));
}
