import type { BooksStep } from '#projection/books/fold-books.js';
import { readBooksHead, writeBooks } from '#projection/books/write-books.js';
import { inTransaction, type Database } from '#read-models/database.js';
import { createFoldSchemaSql } from '#read-models/fold/fold-schema.js';
import type { Booking, Transfer } from './ledger-transfers.js';

const SCHEMA = 'bench_books';

/**
 * The product's books: each writer its partition, as in the fold; each transfer one event, each batch one
 * transaction that chains hashes, keeps the sums by day, and passes the balance trigger.
 */
export function cuadreBooking(database: Database): Booking {
  return {
    async prepare() {
      await database.query(`drop schema if exists ${SCHEMA} cascade`);
      await database.query(createFoldSchemaSql(SCHEMA));
    },
    async book(batch, partition) {
      const recordedAtMs = Date.now();
      const steps = batch.map((transfer) => stepOf(transfer, recordedAtMs));
      await inTransaction(database, async (tx) => {
        const head = await readBooksHead(tx, SCHEMA, partition);
        await writeBooks(tx, SCHEMA, { partition, head, steps });
      });
    },
    async check() {
      const { rows } = await database.query<{ entries: string; off: string }>(
        `select count(*) as entries, coalesce(sum(amount_minor), 0) as off
           from ${SCHEMA}.ledger_entries`,
      );
      const [{ entries, off } = { entries: '0', off: '0' }] = rows;
      return { transfers: Number(entries) / 2, offMinor: BigInt(off) };
    },
  };
}

function stepOf({ id, debit, credit, minor }: Transfer, recordedAtMs: number): BooksStep {
  const recordedAt = new Date(recordedAtMs).toISOString();
  const leg = {
    line: 'success',
    layer: 'posted',
    currency: 'USD',
    exponent: 2,
    effectiveAt: recordedAt,
    reason: null,
  } as const;
  return {
    type: 'post',
    eventId: id,
    observationId: id,
    subject: `bench/payment/${id}`,
    subjectId: id,
    recordedAt,
    lines: [
      { ...leg, account: `assets:provider:${debit}`, minor: BigInt(minor) },
      { ...leg, account: `assets:provider:${credit}`, minor: BigInt(-minor) },
    ],
  };
}
