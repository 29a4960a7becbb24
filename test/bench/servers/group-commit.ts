import pg from 'pg';
import { serveBare } from './bare-server.js';
import { coalesce } from './coalesce.js';

/** Baseline: whatever waits goes into one table by one prepared multi-row insert. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
const texts = new Map<number, string>();

await serveBare(
  coalesce<Buffer>((batch) => {
    const receivedAt = new Date();
    return pool.query({
      name: `insert-${batch.length}`,
      text: insertOf(batch.length),
      values: batch.flatMap((sealed) => [receivedAt, sealed]),
    });
  }),
);

function insertOf(rows: number): string {
  const made = texts.get(rows);
  if (made !== undefined) return made;
  const places = Array.from({ length: rows }, (_, row) => `($${row * 2 + 1},$${row * 2 + 2})`);
  const text = `insert into deliveries (received_at, sealed) values ${places.join(',')}`;
  texts.set(rows, text);
  return text;
}
