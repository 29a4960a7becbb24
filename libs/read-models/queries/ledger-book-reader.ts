import type { Database } from '../database.js';
import type { LedgerEntryEntity } from '../entities/ledger-entry.entity.js';

/** How many entries of each partition are meant: those that the log had caused below a position. */
export type BookExtent = readonly bigint[];

/** When entries count, ISO 8601 in UTC: from the first instant on, before the second. Null is no bound. */
export type BookSpan = { readonly from: string | null; readonly before: string | null };

export type BookSum = {
  readonly currency: string;
  readonly exponent: number;
  readonly debitMinor: string;
  readonly creditMinor: string;
};

const PAGE_ROWS = 2_000;

/** Walks the books as they were at a position of the log: the same each time that it is asked. */
export class LedgerBookReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * How far each partition's chain reached at a position. Entries stand in the order of their records,
   * so a search by halves finds the last one below it, all partitions at once.
   *
   * @param next the position after the last one meant, by partition
   */
  async extentAt(next: readonly bigint[]): Promise<BookExtent> {
    const low = next.map(() => 0n);
    const high = next.map(() => 0n);
    for (const { partition, sequence } of await this.#heads()) high[partition] = BigInt(sequence);
    for (;;) {
      const open = next.flatMap((_, partition) => {
        const [from, to] = [low[partition] ?? 0n, high[partition] ?? 0n];
        return from < to ? [{ partition, middle: (from + to + 1n) / 2n }] : [];
      });
      if (open.length === 0) return low;
      const positions = await this.#positionsOf(open);
      for (const { partition, middle } of open) {
        const position = positions.get(partition);
        const isBelow = position !== undefined && position < (next[partition] ?? 0n);
        if (isBelow) low[partition] = middle;
        else high[partition] = middle - 1n;
      }
    }
  }

  /** Every entry in the order of the chains, partition by partition. */
  async *entries(extent: BookExtent, span: BookSpan): AsyncGenerator<LedgerEntryEntity> {
    for (const [partition, last] of extent.entries()) {
      let after = 0n;
      for (;;) {
        const { rows } = await this.#database.query<LedgerEntryEntity>({
          name: 'cuadre.ledger-book-page',
          text: BOOK_PAGE,
          values: [partition, after, last, span.from, span.before, PAGE_ROWS],
        });
        yield* rows;
        const end = rows.at(-1);
        if (end === undefined || rows.length < PAGE_ROWS) break;
        after = BigInt(end.sequence);
      }
    }
  }

  /** Posted entries of one account by the time that they count at. */
  async *entriesOf(
    account: string,
    extent: BookExtent,
    span: BookSpan,
  ): AsyncGenerator<LedgerEntryEntity> {
    let after: LedgerEntryEntity | null = null;
    for (;;) {
      const values: unknown[] = [
        account,
        extent,
        after?.effectiveAt.toISOString() ?? span.from ?? '-infinity',
        span.before ?? 'infinity',
        after?.partition ?? null,
        after?.sequence ?? null,
        PAGE_ROWS,
      ];
      const page: { readonly rows: LedgerEntryEntity[] } =
        await this.#database.query<LedgerEntryEntity>({
          name: 'cuadre.ledger-account-page',
          text: ACCOUNT_PAGE,
          values,
        });
      yield* page.rows;
      after = page.rows.at(-1) ?? null;
      if (after === null || page.rows.length < PAGE_ROWS) return;
    }
  }

  /** What was posted to an account before an instant, by currency; of all currencies it ever had. */
  async sumsBefore(
    account: string,
    extent: BookExtent,
    before: string | null,
  ): Promise<readonly BookSum[]> {
    const { rows } = await this.#database.query<BookSum>({
      name: 'cuadre.ledger-account-sums',
      text: ACCOUNT_SUMS,
      values: [account, extent, before],
    });
    return rows;
  }

  async #heads(): Promise<readonly { readonly partition: number; readonly sequence: string }[]> {
    const { rows } = await this.#database.query<{ partition: number; sequence: string }>(
      'select partition, sequence from cuadre.ledger_heads order by partition',
    );
    return rows;
  }

  async #positionsOf(
    entries: readonly { readonly partition: number; readonly middle: bigint }[],
  ): Promise<ReadonlyMap<number, bigint>> {
    const { rows } = await this.#database.query<{ partition: number; position: string }>({
      name: 'cuadre.ledger-entry-positions',
      text: ENTRY_POSITIONS,
      values: [
        entries.map(({ partition }) => partition),
        entries.map(({ middle }) => middle.toString()),
      ],
    });
    return new Map(rows.map(({ partition, position }) => [partition, BigInt(position)]));
  }
}

const COLUMNS = `e.partition, e.sequence, e.entry_id as "entryId", e.event_id as "eventId",
  e.observation_id as "observationId", e.subject, e.subject_id as "subjectId", e.line, e.layer,
  e.ledger_account as "ledgerAccount", e.currency, e.exponent, e.amount_minor as "amountMinor",
  e.effective_at as "effectiveAt", e.told_at as "toldAt", e.recorded_at as "recordedAt", e.reason,
  e.hash`;

/** The same record may stand in the log twice; the first one is what posted. */
const ENTRY_POSITIONS = `
  select asked.partition::int as partition, min(d.position)::text as position
  from unnest($1::smallint[], $2::bigint[]) as asked(partition, sequence)
    join cuadre.ledger_entries e on e.partition = asked.partition and e.sequence = asked.sequence
    join cuadre.deliveries d on d.observation_id = e.observation_id and d.partition = e.partition
  group by asked.partition`;

const BOOK_PAGE = `
  select ${COLUMNS} from cuadre.ledger_entries e
  where e.partition = $1 and e.sequence > $2 and e.sequence <= $3
    and ($4::timestamptz is null or e.effective_at >= $4)
    and ($5::timestamptz is null or e.effective_at < $5)
  order by e.sequence limit $6`;

const IN_EXTENT = `e.sequence <= ($2::bigint[])[e.partition + 1]`;

const ACCOUNT_PAGE = `
  select ${COLUMNS} from cuadre.ledger_entries e
  where e.ledger_account = $1 and e.layer = 'posted' and ${IN_EXTENT}
    and e.effective_at >= $3::timestamptz and e.effective_at < $4::timestamptz
    and ($5::int is null or (e.effective_at, e.partition, e.sequence)
      > ($3::timestamptz, $5::int, $6::bigint))
  order by e.effective_at, e.partition, e.sequence limit $7`;

const ACCOUNT_SUMS = `
  select e.currency, e.exponent,
    coalesce(sum(greatest(e.amount_minor, 0)) filter (where e.effective_at < $3), 0)::text
      as "debitMinor",
    coalesce(sum(greatest(-e.amount_minor, 0)) filter (where e.effective_at < $3), 0)::text
      as "creditMinor"
  from cuadre.ledger_entries e
  where e.ledger_account = $1 and e.layer = 'posted' and ${IN_EXTENT}
  group by e.currency, e.exponent
  order by e.currency, e.exponent`;
