import type { Queryable } from '#read-models/database.js';
import type { BooksFinding } from './books-finding.js';
import type { SignedHead } from './signed-heads.js';

type Source = { readonly db: Queryable; readonly schema: string };

/** More of one kind says no more. */
const FINDINGS_MAX = 1_000;

/**
 * What closed the books is one thing in three places, and they agree: the head rows are closed as far as the
 * closes say; and no entry counts within a period that was closed before it, nor was put off for one that
 * was not. Answers the closes, for comparing them with what was signed.
 */
export async function verifyPeriods(
  source: Source,
  onFinding: (finding: BooksFinding) => void,
): Promise<Closes> {
  const closes = await Closes.read(source);
  await verifyHeadRows(source, { closes, onFinding });
  await verifyEntries(source, onFinding);
  return closes;
}

type Close = {
  readonly periodId: string;
  /** ISO 8601 in UTC, to the microsecond where somebody tampered: compares as text. */
  readonly until: string;
  readonly sequence: bigint;
  readonly recordedAt: string;
};

/** What closed the books of each partition, as the database has it. */
export class Closes {
  readonly #byPartition: ReadonlyMap<number, readonly Close[]>;

  private constructor(byPartition: ReadonlyMap<number, readonly Close[]>) {
    this.#byPartition = byPartition;
  }

  static async read({ db, schema }: Source): Promise<Closes> {
    const { rows } = await db.query<Omit<Close, 'sequence'> & ClosePlace>(
      `select partition, sequence::text, period_id as "periodId",
              ${isoOf('until')} as until, ${isoOf('recorded_at')} as "recordedAt"
         from ${schema}.ledger_periods order by partition, position`,
    );
    const closes = rows.map((row) => ({ ...row, sequence: BigInt(row.sequence) }));
    return new Closes(Map.groupBy(closes, ({ partition }) => partition));
  }

  /** Empty where no period is closed. */
  closedUntil(partition: number): string {
    return latest(this.#byPartition.get(partition) ?? []);
  }

  partitions(): readonly number[] {
    return [...this.#byPartition.keys()];
  }

  /**
   * What a signed head has against the closes, as a sentence; null where it has nothing. Those that came
   * before the head's last entry or time are in it, those that came after both are not.
   */
  problemOf(head: SignedHead): string | null {
    const closes = this.#byPartition.get(head.partition) ?? [];
    const { sequence, recordedAt, signedAt } = head;
    const closedUntil = head.closedUntil ?? '';
    const least = latest(
      closes.filter((one) => one.sequence < sequence || one.recordedAt < recordedAt),
    );
    const most = latest(
      closes.filter((one) => one.sequence <= sequence && one.recordedAt <= recordedAt),
    );
    if (least <= closedUntil && closedUntil <= most) return null;
    const now = closedUntil > most ? most : least;
    return (
      `The books were signed at ${signedAt} as closed until ${textOf(closedUntil)}, ` +
      `but the closes that are recorded up to then make it ${textOf(now)}.`
    );
  }
}

type ClosePlace = { readonly partition: number; readonly sequence: string };

function latest(closes: readonly Close[]): string {
  return closes.reduce((last, { until }) => (until > last ? until : last), '');
}

async function verifyHeadRows(
  { db, schema }: Source,
  {
    closes,
    onFinding,
  }: { readonly closes: Closes; readonly onFinding: (finding: BooksFinding) => void },
): Promise<void> {
  const { rows } = await db.query<ClosePlace & { readonly closed_until: string | null }>(
    `select partition, sequence::text, ${isoOf('closed_until')} as closed_until
       from ${schema}.ledger_heads order by partition`,
  );
  const heads = new Map(rows.map((row) => [row.partition, row]));
  for (const partition of new Set([...heads.keys(), ...closes.partitions()])) {
    const head = heads.get(partition);
    const kept = head?.closed_until ?? '';
    const made = closes.closedUntil(partition);
    if (kept === made) continue;
    onFinding({
      kind: 'period',
      partition,
      sequence: head === undefined ? null : BigInt(head.sequence),
      entryId: null,
      detail:
        `The head row is closed until ${textOf(kept)}, ` +
        `but the closes that are recorded make it ${textOf(made)}.`,
    });
  }
}

/** An entry of sequence n stands behind the closes that found a chain shorter than n. */
async function verifyEntries(
  { db, schema }: Source,
  onFinding: (finding: BooksFinding) => void,
): Promise<void> {
  const { rows } = await db.query<
    ClosePlace & {
      readonly entry_id: string;
      readonly effective_at: string;
      readonly closed_until: string | null;
    }
  >(
    `with marks as (
       select partition, sequence, null::uuid as entry_id, until, null::timestamptz as effective_at,
              null::timestamptz as told_at
         from ${schema}.ledger_periods
       union all
       select partition, sequence, entry_id, null, effective_at, told_at
         from ${schema}.ledger_entries
     ), closed as (
       select *, max(until) over (partition by partition
                                  order by sequence, entry_id is null
                                  rows unbounded preceding) as closed_until
         from marks)
     select partition, sequence::text, entry_id::text, ${isoOf('effective_at')} as effective_at,
            ${isoOf('closed_until')} as closed_until
       from closed
      where entry_id is not null
        and case when told_at is null then effective_at < closed_until
                 else (told_at < closed_until and effective_at = closed_until) is not true end
      order by partition, sequence limit ${FINDINGS_MAX}`,
  );
  for (const row of rows) {
    onFinding({
      kind: 'period',
      partition: row.partition,
      sequence: BigInt(row.sequence),
      entryId: row.entry_id,
      detail:
        `It counts from ${row.effective_at}, but the books were closed until ` +
        `${textOf(row.closed_until ?? '')} when it was booked.`,
    });
  }
}

/** As `Date.toISOString` writes it, with microseconds only where there are any. */
function isoOf(column: string): string {
  const text = `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `regexp_replace(${text}, '000$', '') || 'Z'`;
}

function textOf(closedUntil: string): string {
  return closedUntil === '' ? 'never' : closedUntil;
}
