import type { Database } from '../database.js';

/** A payment that its provider wants to have looked at. */
export type ReviewRow = {
  readonly paymentId: string;
  readonly account: string;
  readonly provider: string;
  readonly reference: string;
  readonly orderId: string | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly amountMinor: string | null;
  readonly flags: readonly string[];
  /** The provider's time of the review, else when the log took what began it; to the millisecond. */
  readonly since: Date;
  /** By the database's clock. */
  readonly ageSeconds: number;
  readonly recordedAt: Date;
};

/** Where a page of reviews starts: behind this one. */
export type ReviewKey = { readonly since: string; readonly paymentId: string };

export class ReviewReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Oldest first. Straight from the folded rows: a review is here as soon as its webhook is folded. */
  async list(
    { account }: { readonly account: string | null },
    page: { readonly after: ReviewKey | null; readonly rowsMax: number },
  ): Promise<readonly ReviewRow[]> {
    const { after, rowsMax } = page;
    const { rows } = await this.#database.query<ReviewRow>({
      name: 'cuadre.list-reviews',
      text: LIST_REVIEWS,
      values: [after?.since ?? null, after?.paymentId ?? null, account, rowsMax],
    });
    return rows;
  }
}

/**
 * When the payment's own facts made it what it is now, which later records of the same do not move. A key
 * goes out with milliseconds, so rows are compared in milliseconds too.
 */
const LIST_REVIEWS = `
  select payment_id as "paymentId", account, provider, reference, order_id as "orderId", currency,
    exponent, amount_minor as "amountMinor", flags, since, recorded_at as "recordedAt",
    greatest(0, floor(extract(epoch from now() - since)))::float8 as "ageSeconds"
  from (
    select p.*, date_trunc('milliseconds', coalesce(p.occurred_at, begun.at, p.recorded_at)) as since
    from cuadre.payments p left join lateral (
      select min(c.recorded_at) as at from cuadre.deliveries c
      where c.subject_id = p.payment_id and c.change_version > coalesce((
        select max(b.change_version) from cuadre.deliveries b
        where b.subject_id = p.payment_id and b.change_status is distinct from 'in_review'), 0)
    ) as begun on true
    where p.kind = 'payment' and p.status = 'in_review'
  ) as reviews
  where ($1::timestamptz is null or (since, payment_id) > ($1::timestamptz, $2::uuid))
    and ($3::text is null or account = $3::text)
  order by since, payment_id
  limit $4`;
