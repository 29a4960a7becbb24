import type { Database } from '../database.js';

/** What is open on a clearing account in one currency, by how long it has been. */
export type ClearingRow = {
  readonly account: string;
  readonly currency: string;
  readonly exponent: number;
  /** What has come onto the account. */
  readonly debitMinor: string;
  /** What has left it: paid out, given back, kept as cost. */
  readonly creditMinor: string;
  /** Null where nothing is open. */
  readonly oldestAt: Date | null;
  readonly buckets: readonly ClearingBucketRow[];
};

export type ClearingBucketRow = {
  /** Index into `AGE_DAYS`: this old or older, and younger than the next. */
  readonly bucket: number;
  readonly payments: number;
  readonly minor: string;
};

/** From how many days on a bucket reaches. */
export const AGE_DAYS = [0, 1, 3, 7, 30] as const;

/** What a payment, its refunds counted in, has open on a clearing account. */
export type OpenPaymentRow = {
  readonly paymentId: string;
  readonly account: string;
  readonly currency: string;
  readonly exponent: number;
  /** Debit positive. */
  readonly minor: string;
  readonly orderId: string | null;
  readonly reference: string | null;
  /** When its first entry on the account counts. */
  readonly since: Date;
  /** By the database's clock. */
  readonly ageSeconds: number;
};

export type SuspenseRow = {
  readonly account: string;
  readonly subjectId: string;
  readonly line: string;
  readonly reason: string | null;
  readonly currency: string;
  readonly exponent: number;
  /** Debit positive. */
  readonly minor: string;
  readonly kind: string | null;
  readonly orderId: string | null;
  readonly reference: string | null;
  readonly since: Date;
  readonly ageSeconds: number;
};

/** Where a page starts: behind this one. `id` tells rows of one time apart. */
export type OpenKey = { readonly since: string; readonly id: string };

/** What is neither cleared nor explained yet. Sums every entry of the accounts that it is asked for. */
export class LedgerOpenReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every clearing account and currency, or those of one provider account. */
  async clearing(account: string | null): Promise<readonly ClearingRow[]> {
    const { rows } = await this.#database.query<ClearingRow>({
      name: 'cuadre.ledger-clearing',
      text: CLEARING,
      values: [clearingAccount(account), CLEARING_PREFIX, AGE_DAYS.slice(1)],
    });
    return rows;
  }

  /** Payments that are open on a provider account's clearing account, oldest first. */
  async openPayments(
    { account, currency }: { readonly account: string; readonly currency: string | null },
    page: { readonly after: OpenKey | null; readonly rowsMax: number },
  ): Promise<readonly OpenPaymentRow[]> {
    const { after, rowsMax } = page;
    const { rows } = await this.#database.query<OpenPaymentRow>({
      name: 'cuadre.ledger-open-payments',
      text: OPEN_PAYMENTS,
      values: [
        clearingAccount(account),
        CLEARING_PREFIX,
        currency,
        after?.since ?? null,
        after?.id ?? null,
        rowsMax,
      ],
    });
    return rows;
  }

  /** What waits in suspense for an explanation, oldest first. */
  async suspense(
    account: string | null,
    page: { readonly after: OpenKey | null; readonly rowsMax: number },
  ): Promise<readonly SuspenseRow[]> {
    const { after, rowsMax } = page;
    const { rows } = await this.#database.query<SuspenseRow>({
      name: 'cuadre.ledger-suspense',
      text: SUSPENSE,
      values: [
        account === null ? null : `${SUSPENSE_PREFIX}:${account}`,
        SUSPENSE_PREFIX,
        after?.since ?? null,
        after?.id ?? null,
        rowsMax,
      ],
    });
    return rows;
  }
}

const CLEARING_PREFIX = 'assets:provider';
const SUSPENSE_PREFIX = 'suspense';

function clearingAccount(account: string | null): string | null {
  return account === null ? null : `${CLEARING_PREFIX}:${account}`;
}

/** Names of the accounts `$1`, or all below `$2`. */
const ACCOUNTS = `recursive account as (
    (select ledger_account as name from cuadre.ledger_days order by ledger_account limit 1)
    union all
    select next.ledger_account from account cross join lateral (
      select d.ledger_account from cuadre.ledger_days d where d.ledger_account > account.name
      order by d.ledger_account limit 1
    ) as next
  ), wanted as materialized (
    select name from account
    where name = $1::text or ($1::text is null and starts_with(name, $2 || ':'))
  )`;

/**
 * A refund with an id of its own counts with the payment that it gives back. A key goes out with
 * milliseconds, so times are compared in milliseconds too.
 */
const OPEN = `open as (
    select e.ledger_account as account, e.currency, e.exponent,
      coalesce(p.parent_id, e.subject_id) as payment_id, sum(e.amount_minor) as minor,
      sum(greatest(e.amount_minor, 0)) as debit, sum(greatest(-e.amount_minor, 0)) as credit,
      date_trunc('milliseconds', min(e.effective_at)) as since
    from wanted join cuadre.ledger_entries e on e.ledger_account = wanted.name
      left join cuadre.payments p on p.payment_id = e.subject_id and p.kind = 'refund'
    where e.layer = 'posted'
    group by 1, 2, 3, 4
  )`;

const CLEARING = `
  with ${ACCOUNTS}, ${OPEN}, aged as (
    select open.*, width_bucket(extract(epoch from now() - since)::float8 / 86400, $3::float8[]) as bucket
    from open
  ), part as (
    select account, currency, exponent, bucket, sum(debit) as debit, sum(credit) as credit,
      sum(minor) as minor, count(*) filter (where minor <> 0) as payments,
      min(since) filter (where minor <> 0) as oldest
    from aged group by 1, 2, 3, 4
  )
  select account, currency, exponent, sum(debit)::text as "debitMinor",
    sum(credit)::text as "creditMinor", min(oldest) as "oldestAt",
    coalesce(json_agg(json_build_object('bucket', bucket, 'payments', payments, 'minor', minor::text)
      order by bucket) filter (where payments > 0), '[]') as buckets
  from part group by account, currency, exponent
  order by account, currency, exponent`;

const AGE_SECONDS = `greatest(0, floor(extract(epoch from now() - since)))::float8 as "ageSeconds"`;

const OPEN_PAYMENTS = `
  with ${ACCOUNTS}, ${OPEN}
  select open.payment_id as "paymentId", open.account, open.currency, open.exponent,
    open.minor::text as minor, p.order_id as "orderId", p.reference, open.since, ${AGE_SECONDS}
  from open left join cuadre.payments p on p.payment_id = open.payment_id
  where open.minor <> 0 and ($3::text is null or open.currency = $3)
    and ($4::timestamptz is null or (open.since, concat_ws(' ', open.payment_id, open.currency,
      open.exponent)) > ($4::timestamptz, $5::text))
  order by open.since, concat_ws(' ', open.payment_id, open.currency, open.exponent)
  limit $6::int`;

const SUSPENSE = `
  with ${ACCOUNTS}, open as (
    select e.ledger_account as account, e.currency, e.exponent, e.subject_id, e.line,
      sum(e.amount_minor) as minor, date_trunc('milliseconds', min(e.effective_at)) as since,
      (array_agg(e.reason order by e.sequence desc) filter (where e.reason is not null))[1] as reason
    from wanted join cuadre.ledger_entries e on e.ledger_account = wanted.name
    where e.layer = 'posted'
    group by 1, 2, 3, 4, 5
    having sum(e.amount_minor) <> 0
  )
  select open.account, open.subject_id as "subjectId", open.line, open.reason, open.currency,
    open.exponent, open.minor::text as minor, p.kind, p.order_id as "orderId", p.reference,
    open.since, ${AGE_SECONDS}
  from open left join cuadre.payments p on p.payment_id = open.subject_id
  where $3::timestamptz is null
    or (open.since, concat_ws(' ', open.subject_id, open.currency, open.exponent, open.line))
      > ($3::timestamptz, $4::text)
  order by open.since, concat_ws(' ', open.subject_id, open.currency, open.exponent, open.line)
  limit $5::int`;
