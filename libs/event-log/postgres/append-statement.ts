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
 */
export async function appendBatch(
  pool: Pool,
  topicId: number,
  batch: readonly PreparedRecord[],
): Promise<readonly RecordPosition[]> {
  const size = SIZES.find((each) => each >= batch.length);
  if (size === undefined) throw new RangeError(`A batch of ${batch.length} records is too large.`);
  const counts = new Map<number, number>();
  const values: unknown[] = [topicId, null, null];
  const ordinals = batch.map(({ partition, key, value, headers }) => {
    const ordinal = counts.get(partition) ?? 0;
    counts.set(partition, ordinal + 1);
    values.push(partition, ordinal, key, value, headers);
    return ordinal;
  });
  values[1] = [...counts.keys()];
  values[2] = [...counts.values()];
  for (let padding = batch.length; padding < size; padding += 1) {
    values.push(null, null, null, null, null);
  }
  const { rows } = await pool.query<{ partition: number; first: string }>({
    name: `event-log-append-${size}`,
    text: statementOf(size),
    values,
  });
  const firsts = new Map(rows.map(({ partition, first }) => [partition, BigInt(first)]));
  return batch.map(({ partition }, index) => {
    const first = firsts.get(partition);
    if (first === undefined) throw new Error(`Partition ${partition} has no head.`);
    return { partition, position: first + BigInt(ordinals[index] ?? 0) };
  });
}

/** Each is prepared once a connection; a batch is padded with rows of nulls that match no head. */
const SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] as const;

export const APPEND_RECORDS_MAX = 500;

const PARAMETERS_A_ROW = 5;
const TYPES = ['smallint', 'int', 'text', 'bytea', 'bytea'] as const;
const statements = new Map<number, string>();

function statementOf(size: number): string {
  const made = statements.get(size) ?? buildStatement(size);
  statements.set(size, made);
  return made;
}

function buildStatement(size: number): string {
  const rows = Array.from({ length: size }, (_, row) => {
    const columns = TYPES.map((type, column) => {
      return `$${4 + row * PARAMETERS_A_ROW + column}::${type}`;
    });
    return `(${columns.join(',')})`;
  });
  return `
with given (partition, ordinal, key, value, headers) as (values ${rows.join(',')}),
locked as materialized (
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
         given.key, given.value, given.headers
  from given join moved on moved.partition = given.partition
)
select partition, first from moved`;
}
