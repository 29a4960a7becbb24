import type { Queryable } from '#read-models/database.js';
import {
  LEDGER_DAYS,
  LEDGER_ENTRIES,
  LEDGER_HEADS,
  LEDGER_PERIODS,
} from '#read-models/fold/ledger-tables.js';
import { writeRows } from '#read-models/writes/write-rows.js';
import { closeRow, dayRows, entryRow, headRow } from './books-rows.js';
import { emptyBooks, foldBooks, type BooksHead, type BooksStep } from './fold-books.js';

/** Where the partition's books end. Read behind the checkpoint's lock, so only the owner gets here. */
export async function readBooksHead(
  tx: Queryable,
  schema: string,
  partition: number,
): Promise<BooksHead> {
  const { rows } = await tx.query<{ sequence: string; hash: string; closed_until: Date | null }>({
    name: `${schema}.ledger_heads.of`,
    text: `select sequence, hash, closed_until from ${schema}.ledger_heads where partition = $1`,
    values: [partition],
  });
  const [row] = rows;
  if (row === undefined) return emptyBooks;
  return {
    sequence: BigInt(row.sequence),
    hash: row.hash,
    closedUntil: row.closed_until?.toISOString() ?? null,
  };
}

/** Books a batch's steps: entries, what they move by day, and the new end of the chain. */
export async function writeBooks(
  tx: Queryable,
  schema: string,
  batch: {
    readonly partition: number;
    readonly head: BooksHead;
    readonly steps: readonly BooksStep[];
  },
): Promise<void> {
  const { partition, steps } = batch;
  const last = steps.at(-1);
  if (last === undefined) return;
  const { head, entries, closes } = foldBooks(batch.head, { partition, steps });
  await Promise.all([
    writeRows(tx, {
      schema,
      table: LEDGER_ENTRIES,
      rows: entries.map(entryRow),
      mode: 'insert',
    }),
    writeRows(tx, { schema, table: LEDGER_DAYS, rows: dayRows(entries), mode: 'add' }),
    writeRows(tx, { schema, table: LEDGER_PERIODS, rows: closes.map(closeRow), mode: 'insert' }),
    writeRows(tx, {
      schema,
      table: LEDGER_HEADS,
      // Of the last step and not of the batch: how the log is cut must not show in any row.
      rows: [headRow(head, { partition, recordedAt: last.recordedAt })],
      mode: 'upsert',
    }),
  ]);
}
