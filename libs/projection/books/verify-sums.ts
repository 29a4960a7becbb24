import type { Queryable } from '#read-models/database.js';
import type { BooksFinding } from './books-finding.js';

/** More of one kind says no more. */
const FINDINGS_MAX = 1_000;

type Source = { readonly db: Queryable; readonly schema: string };

/** Each event's entries sum to zero, in every layer and currency. */
export async function verifyBalanced(
  { db, schema }: Source,
  onFinding: (finding: BooksFinding) => void,
): Promise<void> {
  const { rows } = await db.query<{
    partition: number;
    event_id: string;
    layer: string;
    currency: string;
    off: string;
    first: string;
  }>(
    `select partition, event_id::text, layer, currency, sum(amount_minor)::text as off,
            min(sequence)::text as first
       from ${schema}.ledger_entries group by partition, event_id, layer, currency, exponent
     having sum(amount_minor) <> 0
      order by partition, min(sequence) limit ${FINDINGS_MAX}`,
  );
  for (const row of rows) {
    onFinding({
      kind: 'unbalanced',
      partition: row.partition,
      sequence: BigInt(row.first),
      entryId: null,
      detail:
        `The entries of event ${row.event_id} are off by ${row.off} minor units of ` +
        `${row.currency} in layer ${row.layer}.`,
    });
  }
}

/** The sums by day, of which balances are made, are those of the entries. */
export async function verifyDays(
  { db, schema }: Source,
  onFinding: (finding: BooksFinding) => void,
): Promise<void> {
  const { rows } = await db.query<{
    partition: number;
    ledger_account: string;
    layer: string;
    currency: string;
    effective_day: string;
    recorded_day: string;
    kept: string | null;
    summed: string | null;
  }>(
    `with summed as (
       select partition, ledger_account, layer, currency, exponent,
              (effective_at at time zone 'UTC')::date as effective_day,
              (recorded_at at time zone 'UTC')::date as recorded_day,
              coalesce(sum(amount_minor) filter (where amount_minor > 0), 0) as debit_minor,
              coalesce(-sum(amount_minor) filter (where amount_minor <= 0), 0) as credit_minor,
              count(*) as entries
         from ${schema}.ledger_entries group by 1, 2, 3, 4, 5, 6, 7)
     select partition, ledger_account, layer, currency, effective_day::text, recorded_day::text,
            k.debit_minor || ' / ' || k.credit_minor || ' in ' || k.entries as kept,
            s.debit_minor || ' / ' || s.credit_minor || ' in ' || s.entries as summed
       from summed s full join ${schema}.ledger_days k using
            (partition, ledger_account, layer, currency, exponent, effective_day, recorded_day)
      where (k.debit_minor, k.credit_minor, k.entries)
            is distinct from (s.debit_minor, s.credit_minor, s.entries)
      order by 1, 2, 3, 4, 5, 6 limit ${FINDINGS_MAX}`,
  );
  for (const row of rows) {
    onFinding({
      kind: 'days',
      partition: row.partition,
      sequence: null,
      entryId: null,
      detail:
        `${row.ledger_account}, ${row.layer}, ${row.currency}, effective ${row.effective_day}, ` +
        `recorded ${row.recorded_day}: debit / credit is kept as ${row.kept ?? 'nothing'}, ` +
        `the entries make ${row.summed ?? 'nothing'}.`,
    });
  }
}

const GUARDS = ['balanced', 'unchanged'];

/** The triggers that refuse what would break the books are there and on. */
export async function verifyGuards(
  { db, schema }: Source,
  onFinding: (finding: BooksFinding) => void,
): Promise<void> {
  const { rows } = await db.query<{ name: string; state: string }>(
    `select tgname as name, tgenabled as state from pg_trigger
      where tgrelid = '${schema}.ledger_entries'::regclass and not tgisinternal`,
  );
  for (const guard of GUARDS) {
    const state = rows.find(({ name }) => name === guard)?.state;
    if (state === 'O' || state === 'A') continue;
    onFinding({
      kind: 'guard',
      partition: null,
      sequence: null,
      entryId: null,
      detail: `Trigger ${guard} of ${schema}.ledger_entries is ${state === undefined ? 'gone' : 'off'}.`,
    });
  }
}
