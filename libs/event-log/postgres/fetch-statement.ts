import type { Pool } from 'pg';
import type { StoredRecord } from '#events/record.js';
import { HeaderBlock } from './record-codec.js';

/** Records of one partition, `from` inclusive to `to` exclusive. */
export type FetchRange = { readonly partition: number; readonly from: bigint; readonly to: bigint };

export const POSITION_MAX = 9_223_372_036_854_775_807n;
const FETCH_BYTES_MAX = 1_000_000;

/**
 * Reads the beginning of several ranges in one round trip: each up to `recordsMax` records or about
 * 1 MB, and one record at least where there is one.
 */
export async function fetchRanges(
  pool: Pool,
  topicId: number,
  { ranges, recordsMax }: { ranges: readonly FetchRange[]; recordsMax: number },
): Promise<readonly (readonly StoredRecord[])[]> {
  const { rows } = await pool.query<Row>({
    name: 'event-log-fetch',
    text: FETCH,
    values: [
      topicId,
      ranges.map(({ partition }) => partition),
      ranges.map(({ from }) => from),
      ranges.map(({ to }) => to),
      recordsMax,
      FETCH_BYTES_MAX,
    ],
  });
  const answers: StoredRecord[][] = ranges.map(() => []);
  for (const row of rows) {
    const answer = answers[row.want];
    const position = BigInt(row.position);
    const latest = answer?.at(-1);
    if (answer === undefined || (latest !== undefined && latest.position >= position)) {
      throw new Error(`Partition ${row.partition} was read out of order at ${position}.`);
    }
    answer.push(new FetchedRecord(row, position));
  }
  return answers;
}

/**
 * Headers are made when they are asked for: a reader that wants a few as text does without, and records
 * that wait for their turn would hold some fifteen buffers each.
 */
class FetchedRecord implements StoredRecord {
  readonly partition: number;
  readonly position: bigint;
  readonly appendedAtMs: number;
  readonly key: string;
  readonly value: Buffer;
  readonly #headers: HeaderBlock;

  constructor(row: Row, position: bigint) {
    this.partition = row.partition;
    this.position = position;
    this.appendedAtMs = Number(row.appended_at_ms);
    this.key = row.key;
    this.value = row.value;
    this.#headers = new HeaderBlock(row.headers);
  }

  get headers(): Readonly<Record<string, Buffer>> {
    return this.#headers.all();
  }

  headerText(name: string): string | null {
    return this.#headers.text(name);
  }
}

type Row = {
  readonly want: number;
  readonly partition: number;
  readonly position: string;
  readonly appended_at_ms: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Buffer;
};

const FETCH = `
select (want.number - 1)::int as want, want.partition, page.position, page.key, page.value,
       page.headers, (extract(epoch from page.appended_at) * 1000)::bigint as appended_at_ms
from unnest($2::smallint[], $3::bigint[], $4::bigint[])
  with ordinality as want (partition, first, past, number)
cross join lateral (
  select * from (
    select *, sum(octet_length(value) + octet_length(headers))
      over (order by position rows between unbounded preceding and 1 preceding) as bytes_before
    from (
      select position, appended_at, key, value, headers from event_log.records
      where topic_id = $1 and records.partition = want.partition
        and position >= want.first and position < want.past
      order by position
      limit $5
    ) as nearest
  ) as sized
  where coalesce(bytes_before, 0) < $6
  order by position
) as page`;
