import type { Pool } from 'pg';
import type { RecordPosition } from '#events/record.js';

/** A record ready to be stored. */
export type PreparedRecord = {
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Buffer;
  readonly bytes: number;
};

/**
 * Stores a batch in one statement, which is one round trip and one transaction, and answers the
 * positions in the order given.
 *
 * The statement locks the heads of the touched partitions in sorted order, moves them, and inserts
 * at what they were: positions are gapless and appear in commit order, however many processes
 * write.
 *
 * All bytes of the batch are one parameter, cut up by the database: a parameter for each would cost
 * both sides more than the rest of the append.
 */
export async function appendBatch(
  pool: Pool,
  topicId: number,
  batch: readonly PreparedRecord[],
): Promise<readonly RecordPosition[]> {
  const counts = new Map<number, number>();
  const ordinals = batch.map(({ partition }) => {
    const ordinal = counts.get(partition) ?? 0;
    counts.set(partition, ordinal + 1);
    return ordinal;
  });
  const { starts, keyLengths, bytes } = packed(batch);
  const { rows } = await pool.query<{ partition: number; first: string }>({
    name: 'event-log-append',
    text: STATEMENT,
    values: [
      topicId,
      arrayOf([...counts.keys()]),
      arrayOf([...counts.values()]),
      arrayOf(batch.map(({ partition }) => partition)),
      arrayOf(ordinals),
      arrayOf(starts),
      arrayOf(keyLengths),
      arrayOf(batch.map(({ value }) => value.length)),
      arrayOf(batch.map(({ headers }) => headers.length)),
      bytes,
    ],
  });
  const firsts = new Map(rows.map(({ partition, first }) => [partition, BigInt(first)]));
  return batch.map(({ partition }, index) => {
    const first = firsts.get(partition);
    if (first === undefined) throw new Error(`Partition ${partition} has no head.`);
    return { partition, position: first + BigInt(ordinals[index] ?? 0) };
  });
}

/** Key, value and headers of each record, without anything between them. */
function packed(batch: readonly PreparedRecord[]): {
  /** Where each record begins, from 1 as the database counts. */
  readonly starts: readonly number[];
  readonly keyLengths: readonly number[];
  readonly bytes: Buffer;
} {
  const keyLengths = batch.map(({ key }) => Buffer.byteLength(key));
  const length = batch.reduce(
    (sum, { value, headers }, n) => sum + (keyLengths[n] ?? 0) + value.length + headers.length,
    0,
  );
  const bytes = Buffer.allocUnsafe(length);
  const starts: number[] = [];
  let offset = 0;
  for (const { key, value, headers } of batch) {
    starts.push(offset + 1);
    offset += bytes.write(key, offset);
    bytes.set(value, offset);
    bytes.set(headers, offset + value.length);
    offset += value.length + headers.length;
  }
  return { starts, keyLengths, bytes };
}

/** As the database writes an array; the driver would quote every number. */
function arrayOf(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}

const STATEMENT = `
with locked as materialized (
  select heads.partition, touched.records
  from unnest($2::smallint[], $3::int[]) as touched (partition, records)
  join event_log.heads on heads.topic_id = $1 and heads.partition = touched.partition
  order by heads.partition
  for update of heads
), moved as (
  update event_log.heads
  set next_position = heads.next_position + locked.records,
      appended_at = greatest(heads.appended_at, date_trunc('milliseconds', clock_timestamp()))
  from locked
  where heads.topic_id = $1 and heads.partition = locked.partition
  returning heads.partition, heads.next_position - locked.records as first, heads.appended_at
), stored as (
  insert into event_log.records (topic_id, partition, position, appended_at, key, value, headers)
  select $1, given.partition, moved.first + given.ordinal, moved.appended_at,
         convert_from(substring($10::bytea from start for key_bytes), 'UTF8'),
         substring($10::bytea from start + key_bytes for value_bytes),
         substring($10::bytea from start + key_bytes + value_bytes for headers_bytes)
  from unnest($4::smallint[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[])
         as given (partition, ordinal, start, key_bytes, value_bytes, headers_bytes)
  join moved on moved.partition = given.partition
)
select partition, first from moved`;
