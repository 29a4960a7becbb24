import type { Database } from '../database.js';
import {
  accountCondition,
  hasSubject,
  prefixOf,
  subjectIdsSql,
  type LedgerScope,
} from './ledger-scope.js';

/** Of one account, layer and currency. Debits and credits are both positive, in minor units. */
export type BalanceRow = {
  readonly account: string;
  readonly layer: string;
  readonly currency: string;
  readonly exponent: number;
  readonly debitMinor: string;
  readonly creditMinor: string;
  readonly entries: number;
};

/** Which of two times: instants, ISO 8601 in UTC, that no entry meant reaches; null is no bound. */
export type BookTimes = {
  /** By the time that an entry counts at: the provider's. */
  readonly before: string | null;
  /** By the time that the log took what posted it: ours. */
  readonly knownBefore: string | null;
};

export type LedgerAccountRow = {
  readonly account: string;
  readonly layer: string;
  readonly currency: string;
  readonly exponent: number;
};

/** Where a page of balances starts: behind this one. */
export type BalanceKey = LedgerAccountRow;

/**
 * Balances as at any time, as known at any time: sums of what moved by day, and of the entries of at most
 * two days, the one that either time falls into. So they cost the same with however long a history.
 */
export class LedgerBalanceReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every account, layer and currency that ever had an entry, in that order. */
  async books(): Promise<readonly LedgerAccountRow[]> {
    const { rows } = await this.#database.query<LedgerAccountRow>({
      name: 'cuadre.ledger-books',
      text: `with recursive ${BOOKS} select * from book order by account, layer, currency, exponent`,
    });
    return rows;
  }

  /** By account, layer, currency and exponent; accounts without an entry in the times are left out. */
  async balances(
    scope: LedgerScope,
    times: BookTimes,
    page: { readonly after: BalanceKey | null; readonly rowsMax: number | null },
  ): Promise<readonly BalanceRow[]> {
    const { after, rowsMax } = page;
    const common = [
      scope.account,
      prefixOf(scope),
      scope.currency,
      scope.layer,
      after?.account ?? null,
      after?.layer ?? null,
      after?.currency ?? null,
      after?.exponent ?? null,
      times.before,
      times.knownBefore,
      rowsMax,
    ];
    const { rows } = hasSubject(scope)
      ? await this.#database.query<BalanceRow>({
          name: 'cuadre.ledger-balances-of-subjects',
          text: BALANCES_OF_SUBJECTS,
          values: [...common, scope.orderId, scope.paymentId],
        })
      : await this.#database.query<BalanceRow>({
          name: 'cuadre.ledger-balances',
          text: BALANCES,
          values: [...common, dayStart(times.before), dayStart(times.knownBefore)],
        });
    return rows;
  }
}

function dayStart(instant: string | null): string | null {
  return instant === null ? null : `${instant.slice(0, 10)}T00:00:00.000Z`;
}

/** One probe of the key for each account, layer and currency, however many days they have. */
const BOOKS = `book as (
    (select ledger_account as account, layer, currency, exponent from cuadre.ledger_days
     order by ledger_account, layer, currency, exponent limit 1)
    union all
    select next.* from book cross join lateral (
      select d.ledger_account, d.layer, d.currency, d.exponent from cuadre.ledger_days d
      where (d.ledger_account, d.layer, d.currency, d.exponent)
        > (book.account, book.layer, book.currency, book.exponent)
      order by d.ledger_account, d.layer, d.currency, d.exponent limit 1
    ) as next
  )`;

const WANTED = `${accountCondition('b.account', { account: '$1', prefix: '$2' })}
    and ($3::text is null or b.currency = $3)
    and ($4::text is null or b.layer = $4)
    and ($5::text is null or (b.account, b.layer, b.currency, b.exponent) > ($5, $6, $7, $8))`;

const ENTRY_OF_BOOK = `e.ledger_account = b.account and e.layer = b.layer and e.currency = b.currency
        and e.exponent = b.exponent`;

/** A comparison with a time that is not asked for is null, and reads no entry. */
const BALANCES = `
  with recursive ${BOOKS}
  select b.account, b.layer, b.currency, b.exponent, total.debit::text as "debitMinor",
    total.credit::text as "creditMinor", total.entries::float8 as entries
  from book b cross join lateral (
    select sum(debit) as debit, sum(credit) as credit, sum(entries) as entries from (
      select d.debit_minor as debit, d.credit_minor as credit, d.entries from cuadre.ledger_days d
      where d.ledger_account = b.account and d.layer = b.layer and d.currency = b.currency
        and d.exponent = b.exponent
        and ($12::timestamptz is null or d.effective_day < ($12::timestamptz at time zone 'UTC')::date)
        and ($13::timestamptz is null or d.recorded_day < ($13::timestamptz at time zone 'UTC')::date)
      union all
      select greatest(e.amount_minor, 0), greatest(-e.amount_minor, 0), 1
      from cuadre.ledger_entries e
      where ${ENTRY_OF_BOOK}
        and e.effective_at >= $12::timestamptz and e.effective_at < $9::timestamptz
        and ($10::timestamptz is null or e.recorded_at < $10::timestamptz)
      union all
      select greatest(e.amount_minor, 0), greatest(-e.amount_minor, 0), 1
      from cuadre.ledger_entries e
      where ${ENTRY_OF_BOOK}
        and e.recorded_at >= $13::timestamptz and e.recorded_at < $10::timestamptz
        and ($12::timestamptz is null or e.effective_at < $12::timestamptz)
    ) as part
  ) as total
  where ${WANTED} and total.entries > 0
  order by b.account, b.layer, b.currency, b.exponent
  limit $11::int`;

const BALANCES_OF_SUBJECTS = `
  select * from (
    select e.ledger_account as account, e.layer, e.currency, e.exponent,
      sum(greatest(e.amount_minor, 0))::text as "debitMinor",
      sum(greatest(-e.amount_minor, 0))::text as "creditMinor", count(*)::float8 as entries
    from cuadre.ledger_entries e
    where e.subject_id = any(${subjectIdsSql({ orderId: '$12', paymentId: '$13' })})
      and ($9::timestamptz is null or e.effective_at < $9::timestamptz)
      and ($10::timestamptz is null or e.recorded_at < $10::timestamptz)
    group by e.ledger_account, e.layer, e.currency, e.exponent
  ) as b
  where ${WANTED}
  order by b.account, b.layer, b.currency, b.exponent
  limit $11::int`;
