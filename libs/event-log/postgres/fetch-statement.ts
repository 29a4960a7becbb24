import type { Pool } from 'pg';
import type { StoredRecord } from '#events/record.js';
import { copyRows } from './copy-rows.js';
import { HeaderBlock } from './record-codec.js';

/** Records of one partition, `from` inclusive to `to` exclusive. */
export type FetchRange = { readonly partition: number; readonly from: bigint; readonly to: bigint };

export const POSITION_MAX = 9_223_372_036_854_775_807n;
const FETCH_BYTES_MAX = 1_000_000;
const NO_BYTES = Buffer.alloc(0);

/**
 * Reads the beginning of several ranges in one round trip: each up to `recordsMax` records or about
 * 1 MB, and one record at least where there is one.
 */
export async function fetchRanges(
  pool: Pool,
  topicId: number,
  { ranges, recordsMax }: { ranges: readonly FetchRange[]; recordsMax: number },
): Promise<readonly (readonly StoredRecord[])[]> {
  const rows = await copyRows(pool, selectOf(topicId, { ranges, recordsMax }));
  const answers: StoredRecord[][] = ranges.map(() => []);
  for (const [want, position, appendedAt, key, value, headers] of rows) {
    const index = want?.readInt32BE() ?? -1;
    const [range, answer] = [ranges[index], answers[index]];
    if (range === undefined || answer === undefined) throw new Error('A record answers no range.');
    const record = new FetchedRecord({
      partition: range.partition,
      position: position?.readBigInt64BE() ?? -1n,
      appendedAtMs: Number(appendedAt?.readBigInt64BE() ?? 0n),
      key: key?.toString('utf8') ?? '',
      value: value ?? NO_BYTES,
      headers: headers ?? NO_BYTES,
    });
    const latest = answer.at(-1);
    if (latest !== undefined && latest.position >= record.position) {
      throw new Error(`Partition ${range.partition} was read out of order at ${record.position}.`);
    }
    answer.push(record);
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

  constructor(stored: Omit<StoredRecord, 'headers'> & { readonly headers: Buffer }) {
    this.partition = stored.partition;
    this.position = stored.position;
    this.appendedAtMs = stored.appendedAtMs;
    this.key = stored.key;
    this.value = stored.value;
    this.#headers = new HeaderBlock(stored.headers);
  }

  get headers(): Readonly<Record<string, Buffer>> {
    return this.#headers.all();
  }

  headerText(name: string): string | null {
    return this.#headers.text(name);
  }
}

/** Only numbers stand in the text, so nothing has to be quoted. */
function selectOf(
  topicId: number,
  { ranges, recordsMax }: { ranges: readonly FetchRange[]; recordsMax: number },
): string {
  const wants = ranges.map(
    ({ partition, from, to }, index) =>
      `(${integer(index)}, ${integer(partition)}::smallint, ${from}::bigint, ${to}::bigint)`,
  );
  return `
select want.number, page.position,
       (extract(epoch from page.appended_at) * 1000)::bigint as appended_at_ms,
       page.key, page.value, page.headers
from (values ${wants.join(', ')}) as want (number, partition, first, past)
cross join lateral (
  select * from (
    select *, sum(octet_length(value) + octet_length(headers))
      over (order by position rows between unbounded preceding and 1 preceding) as bytes_before
    from (
      select position, appended_at, key, value, headers from event_log.records
      where topic_id = ${integer(topicId)}::smallint and records.partition = want.partition
        and position >= want.first and position < want.past
      order by position
      limit ${integer(recordsMax)}
    ) as nearest
  ) as sized
  where coalesce(bytes_before, 0) < ${FETCH_BYTES_MAX}
  order by position
) as page`;
}

function integer(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number.`);
  return value;
}
