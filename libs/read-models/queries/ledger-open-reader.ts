import { CLEARING, SUSPENSE } from '#ledger/posting/ledger-account.js';
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
  /** Its subject key; null where only refunds with ids of their own are open. */
  readonly subject: string | null;
  /** The earliest time of effect of what is open. */
  readonly since: Date;
  /** By the database's clock. */
  readonly ageSeconds: number;
};

export type SuspenseRow = {
  readonly account: string;
  readonly subjectId: string;
  readonly subject: string;
  /** The payment that it counts with. */
  readonly rootId: string;
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

/** Where a page starts: behind this one. `rest` tells rows of one time and payment apart. */
export type OpenKey = { readonly since: string; readonly rootId: string; readonly rest: string };

/**
 * What is neither cleared nor explained yet, out of the folded open items: what was paid for long ago costs
 * nothing, and a page costs what its rows do.
 */
export class LedgerOpenReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Every clearing account and currency, or those of one provider account. */
  async clearing(account: string | null): Promise<readonly ClearingRow[]> {
    const isOne = account !== null;
    const { rows } = await this.#database.query<ClearingRow>({
      name: `cuadre.ledger-clearing.${isOne ? 'one' : 'all'}`,
      text: clearingSql(
        isOne ? 'item.ledger_account = $1' : `starts_with(item.ledger_account, $2)`,
      ),
      values: [isOne ? `${CLEARING}${account}` : null, CLEARING],
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
      values: [`${CLEARING}${account}`, currency, ...valuesOf(after), rowsMax],
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
      text: SUSPENSE_LINES,
      values: [
        account === null ? null : `${SUSPENSE}${account}`,
        SUSPENSE,
        ...valuesOf(after),
        rowsMax,
      ],
    });
    return rows;
  }
}

function valuesOf(after: OpenKey | null): readonly [string, string, string | null] {
  return after === null ? ['-infinity', NIL_UUID, null] : [after.since, after.rootId, after.rest];
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** Names of the accounts `$1`, or all that begin with `$2`. */
const ACCOUNTS = `recursive account as (
    (select ledger_account as name from cuadre.ledger_days order by ledger_account limit 1)
    union all
    select next.ledger_account from account cross join lateral (
      select d.ledger_account from cuadre.ledger_days d where d.ledger_account > account.name
      order by d.ledger_account limit 1
    ) as next
  ), wanted as materialized (
    select name from account where name = $1::text or ($1::text is null and starts_with(name, $2))
  )`;

/** What all items of `item`'s payment come to on its account, and whether it is the oldest of them. */
const NET_OF_ROOT = `
      select sum(own.amount_minor) as minor,
        bool_and((own.since, own.subject_id) >= (item.since, item.subject_id)) as is_oldest
      from cuadre.open_items own
      where own.root_id = item.root_id and own.ledger_account = item.ledger_account
        and own.currency = item.currency and own.exponent = item.exponent`;

/** How old in whole days of 24 hours, as an index into `AGE_DAYS`: comparisons, because every row is asked. */
const bucketSql = (since: string): string =>
  `case ${AGE_DAYS.slice(1)
    .map((days, index) => `when ${since} > now() - interval '${days * 24} hours' then ${index}`)
    .join(' ')} else ${AGE_DAYS.length - 1} end`;

/**
 * Nearly every item is a payment of its own: all are counted in one pass without any join. Payments with
 * refunds that have ids of their own are then taken out of the count, item by item, and put back netted.
 *
 * @param isWanted condition on `item`: one account can be found by index, all are read
 */
function clearingSql(isWanted: string): string {
  return `
  with ${ACCOUNTS}, total as (
    select d.ledger_account as account, d.currency, d.exponent, sum(d.debit_minor) as debit,
      sum(d.credit_minor) as credit
    from wanted join cuadre.ledger_days d on d.ledger_account = wanted.name
    where d.layer = 'posted' group by 1, 2, 3
  ), every_item as (
    select item.ledger_account as account, item.currency, item.exponent,
      ${bucketSql('item.since')} as bucket, sum(item.amount_minor) as minor, count(*) as payments
    from cuadre.open_items item where ${isWanted} group by 1, 2, 3, 4
  ), family as materialized (
    select distinct item.ledger_account as account, item.root_id from cuadre.open_items item
    where ${isWanted} and item.root_id <> item.subject_id
  ), member as materialized (
    select family.account, item.currency, item.exponent, family.root_id, item.amount_minor as minor,
      item.since
    from family join cuadre.open_items item
      on item.root_id = family.root_id and item.ledger_account = family.account
  ), net as (
    select account, currency, exponent, sum(minor) as minor, min(since) as since from member
    group by account, currency, exponent, root_id having sum(minor) <> 0
  ), counted as (
    select * from every_item
    union all
    select account, currency, exponent, ${bucketSql('since')} as bucket, -sum(minor), -count(*)
    from member group by 1, 2, 3, 4
    union all
    select account, currency, exponent, ${bucketSql('since')} as bucket, sum(minor), count(*)
    from net group by 1, 2, 3, 4
  ), part as (
    select account, currency, exponent, bucket, sum(minor) as minor, sum(payments) as payments
    from counted group by 1, 2, 3, 4 having sum(payments) > 0
  ), open as (
    select account, currency, exponent, json_agg(json_build_object(
      'bucket', bucket, 'payments', payments, 'minor', minor::text) order by bucket) as buckets
    from part group by 1, 2, 3
  )
  select total.account, total.currency, total.exponent, total.debit::text as "debitMinor",
    total.credit::text as "creditMinor", oldest.since as "oldestAt",
    coalesce(open.buckets, '[]') as buckets
  from total left join open using (account, currency, exponent) left join lateral (
    select item.since from cuadre.open_items item cross join lateral (${NET_OF_ROOT}) net
    where open.account is not null and item.ledger_account = open.account
      and item.currency = open.currency and item.exponent = open.exponent
      and net.is_oldest and net.minor <> 0
    order by item.since limit 1
  ) oldest on true
  order by account, currency, exponent`;
}

const AGE_SECONDS = `greatest(0, floor(extract(epoch from now() - page.since)))::float8 as "ageSeconds"`;

/**
 * Walks the items by age. The oldest item of a payment stands for all of its items on the account, which
 * are few and found by their key; what they net to nothing is passed over.
 */
const OPEN_PAYMENTS = `
  with page as materialized (
    select item.root_id, item.subject_id, item.subject, item.ledger_account, item.currency,
      item.exponent, net.minor, item.since, concat_ws(' ', item.currency, item.exponent) as rest
    from cuadre.open_items item cross join lateral (${NET_OF_ROOT}) net
    where item.ledger_account = $1 and ($2::text is null or item.currency = $2)
      and (item.since, item.root_id) >= ($3::timestamptz, $4::uuid)
      and ($5::text is null or (item.since, item.root_id, concat_ws(' ', item.currency, item.exponent))
        > ($3::timestamptz, $4::uuid, $5::text))
      and net.is_oldest and net.minor <> 0
    order by item.since, item.root_id, rest limit $6::int
  )
  select page.root_id as "paymentId", page.ledger_account as account, page.currency, page.exponent,
    page.minor::text as minor, p.order_id as "orderId", p.reference,
    case when page.subject_id = page.root_id then page.subject end as subject, page.since, ${AGE_SECONDS}
  from page left join cuadre.payments p on p.payment_id = page.root_id
  order by page.since, page.root_id, page.rest`;

/** Of each account as many as the page holds, so that the index of every one is read in order. */
const SUSPENSE_LINES = `
  with ${ACCOUNTS}, page as materialized (
    select found.* from wanted cross join lateral (
      select item.*, concat_ws(' ', item.subject_id, item.currency, item.exponent, item.line) as rest
      from cuadre.open_items item
      where item.ledger_account = wanted.name
        and (item.since, item.root_id) >= ($3::timestamptz, $4::uuid)
        and ($5::text is null or (item.since, item.root_id,
          concat_ws(' ', item.subject_id, item.currency, item.exponent, item.line))
          > ($3::timestamptz, $4::uuid, $5::text))
      order by item.since, item.root_id, rest limit $6::int
    ) as found
    order by found.since, found.root_id, found.rest limit $6::int
  )
  select page.ledger_account as account, page.subject_id as "subjectId", page.subject,
    page.root_id as "rootId", page.line, page.reason, page.currency, page.exponent,
    page.amount_minor::text as minor, p.kind, p.order_id as "orderId", p.reference, page.since,
    ${AGE_SECONDS}
  from page left join cuadre.payments p on p.payment_id = page.subject_id
  order by page.since, page.root_id, page.rest`;
