import type { Queryable } from '#read-models/database.js';
import type { ChainedEntry } from './entry-chain.js';

/** A row of the books as it stands in the database. */
export type StoredEntry = {
  readonly sequence: bigint;
  readonly entryId: string;
  readonly eventId: string;
  readonly subjectId: string;
  readonly subject: string;
  readonly hash: string;
  /** Null where a column holds what the books never write, which `unreadable` names. */
  readonly entry: ChainedEntry | null;
  readonly unreadable: string | null;
};

const PAGE_ROWS = 5_000;

/** A partition's rows in the order of the chain, page by page: memory stays flat. */
export async function* storedEntries(
  { db, schema }: { readonly db: Queryable; readonly schema: string },
  { partition, from, to }: { readonly partition: number; readonly from?: bigint; to?: bigint },
): AsyncGenerator<readonly StoredEntry[]> {
  let after = from === undefined ? SMALLEST : from - 1n;
  for (;;) {
    const { rows } = await db.query<EntryColumns>({
      name: `${schema}.stored_entries`,
      text: `select sequence::text, entry_id::text, event_id::text, observation_id::text, subject,
                    subject_id::text, line, layer, ledger_account, currency, exponent,
                    amount_minor::text, reason, hash,
                    extract(epoch from effective_at)::text as effective_at,
                    extract(epoch from told_at)::text as told_at,
                    extract(epoch from recorded_at)::text as recorded_at
               from ${schema}.ledger_entries e
              where partition = $1 and sequence > $2 and sequence <= $3
              order by e.sequence limit ${PAGE_ROWS}`,
      values: [partition, after.toString(), (to ?? GREATEST).toString()],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => storedEntry(row, partition));
    after = BigInt(last.sequence);
  }
}

const SMALLEST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

type EntryColumns = {
  readonly sequence: string;
  readonly entry_id: string;
  readonly event_id: string;
  readonly observation_id: string;
  readonly subject: string;
  readonly subject_id: string;
  readonly line: string;
  readonly layer: string;
  readonly ledger_account: string;
  readonly currency: string;
  readonly exponent: number;
  readonly amount_minor: string;
  readonly reason: string | null;
  readonly hash: string;
  readonly effective_at: string;
  readonly told_at: string | null;
  readonly recorded_at: string;
};

function storedEntry(row: EntryColumns, partition: number): StoredEntry {
  const amountMinor = /^-?\d+$/.test(row.amount_minor) ? BigInt(row.amount_minor) : null;
  const effectiveAt = instantOf(row.effective_at);
  const toldAt = row.told_at === null ? null : instantOf(row.told_at);
  const recordedAt = instantOf(row.recorded_at);
  const told = {
    sequence: BigInt(row.sequence),
    entryId: row.entry_id,
    eventId: row.event_id,
    subjectId: row.subject_id,
    subject: row.subject,
    hash: row.hash,
  };
  const refused = (column: string): StoredEntry => ({ ...told, entry: null, unreadable: column });
  if (amountMinor === null) return refused('amount_minor');
  if (effectiveAt === null) return refused('effective_at');
  if (recordedAt === null) return refused('recorded_at');
  if (row.told_at !== null && toldAt === null) return refused('told_at');
  const entry: ChainedEntry = {
    partition,
    sequence: told.sequence,
    entryId: row.entry_id,
    eventId: row.event_id,
    observationId: row.observation_id,
    subject: row.subject,
    line: row.line,
    layer: row.layer,
    ledgerAccount: row.ledger_account,
    currency: row.currency,
    exponent: row.exponent,
    amountMinor,
    effectiveAt,
    toldAt,
    recordedAt,
    reason: row.reason,
  };
  return { ...told, entry, unreadable: null };
}

/**
 * Seconds since the epoch, as the database writes them, as ISO 8601 with milliseconds. Null for what is no
 * whole millisecond: rounded, a change of a microsecond would look like no change.
 */
function instantOf(epochSeconds: string): string | null {
  const match = /^(-?\d+)\.(\d{3})000$/.exec(epochSeconds);
  if (match === null) return null;
  const [, seconds = '', milliseconds = ''] = match;
  const fraction = Number(milliseconds) * (seconds.startsWith('-') ? -1 : 1);
  const date = new Date(Number(seconds) * 1000 + fraction);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
