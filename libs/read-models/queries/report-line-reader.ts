import type { Database } from '../database.js';

/**
 * How a line fits what is known: `matched` its movement is paid out to the unit · `amount_differs` ·
 * `unknown_movement` nothing but reports tells of what it names · `no_movement` it names none.
 */
export const LINE_MATCHES = [
  'matched',
  'amount_differs',
  'unknown_movement',
  'no_movement',
] as const;

export type LineMatch = (typeof LINE_MATCHES)[number];

export type ReportLineRow = {
  readonly line: string;
  readonly type: string;
  /** Subject key of the movement that it names; null where it names none. */
  readonly subject: string | null;
  readonly movementId: string | null;
  readonly movementKind: string | null;
  readonly currency: string;
  readonly exponent: number;
  readonly amountMinor: string;
  readonly paidAt: Date;
  readonly recordedAt: Date;
  readonly match: LineMatch;
  /** The order of its payment. */
  readonly orderId: string | null;
  /** What is due for its movement, in minor units of this line's currency; null where that is unknown. */
  readonly dueMinor: string | null;
  /** How much of that no line covers yet: of another sign than `dueMinor` where more came. */
  readonly restMinor: string | null;
};

export type MatchCountRow = { readonly match: LineMatch; readonly count: number };

/** A line as it was first told of one subject. */
export type KnownLineRow = Pick<
  ReportLineRow,
  'line' | 'type' | 'subject' | 'currency' | 'exponent' | 'amountMinor' | 'paidAt'
>;

/** A movement that reports may name. */
export type MovementRow = {
  /** Subject key. */
  readonly subject: string;
  /** As the fold stores it. */
  readonly state: string;
  /** What was given back of it, in minor units. */
  readonly refunds: readonly (readonly [currency: string, minor: string])[];
};

/** Of the lines of a report that are of one type and currency. */
export type ReportPartRow = {
  readonly settlementId: string;
  readonly account: string;
  readonly provider: string;
  readonly report: string;
  readonly type: string;
  readonly currency: string;
  readonly exponent: number;
  readonly count: number;
  /** How many of them name a movement, and how many of those do not match. */
  readonly movementCount: number;
  readonly unmatchedCount: number;
  readonly minor: string;
  readonly firstRecordedAt: Date;
  readonly lastRecordedAt: Date;
  readonly ageSeconds: number;
};

/** Lines of settlement reports, and how they fit the movements that they name. */
export class ReportLineReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What these reports come to, by type and currency. */
  async parts(settlementIds: readonly string[]): Promise<readonly ReportPartRow[]> {
    if (settlementIds.length === 0) return [];
    const { rows } = await this.#database.query<ReportPartRow>({
      name: 'cuadre.report-parts',
      text: PARTS,
      values: [settlementIds],
    });
    return rows;
  }

  /** The first lines of a report, as numbers and else by name. */
  async lines(settlementId: string, rowsMax: number): Promise<readonly ReportLineRow[]> {
    const { rows } = await this.#database.query<ReportLineRow>({
      name: 'cuadre.report-lines',
      text: LINES,
      values: [settlementId, rowsMax],
    });
    return rows;
  }

  /** Of all lines of a report. */
  async matches(settlementId: string): Promise<readonly MatchCountRow[]> {
    const { rows } = await this.#database.query<MatchCountRow>({
      name: 'cuadre.report-matches',
      text: MATCH_COUNTS,
      values: [settlementId],
    });
    return rows;
  }

  /** Those of these payments, withdrawals and refunds that are known. */
  async movements(movementIds: readonly string[]): Promise<readonly MovementRow[]> {
    if (movementIds.length === 0) return [];
    const { rows } = await this.#database.query<MovementRow>({
      name: 'cuadre.report-movements',
      text: MOVEMENTS,
      values: [movementIds],
    });
    return rows;
  }

  /** Those of these lines of a report that were told already. */
  async known(settlementId: string, lines: readonly string[]): Promise<readonly KnownLineRow[]> {
    const { rows } = await this.#database.query<KnownLineRow>({
      name: 'cuadre.known-report-lines',
      text: KNOWN,
      values: [settlementId, lines],
    });
    return rows;
  }
}

/** A refund that its payment tells of has no balance of its own, so it is found by its amount. */
const MATCH = `
  case when l.subject_id is null then 'no_movement'
    when p.status is null then 'unknown_movement'
    when l.type = 'refund' and p.kind = 'payment' then
      case when exists (select from cuadre.refunds r where r.payment_id = l.subject_id
          and r.status = 'succeeded' and r.currency = l.currency and r.amount_minor = -l.amount_minor)
        then 'matched' else 'amount_differs' end
    when p.payout_difference_minor = 0 then 'matched'
    else 'amount_differs' end`;

const LINES = `
  select l.line, l.type, l.subject, l.subject_id as "movementId", p.kind as "movementKind", l.currency,
    l.exponent, l.amount_minor::text as "amountMinor", l.paid_at as "paidAt",
    l.recorded_at as "recordedAt", ${MATCH} as match, p.order_id as "orderId",
    (-p.payout_difference_minor)::text as "restMinor",
    (paid.minor - p.payout_difference_minor)::text as "dueMinor"
  from cuadre.report_lines l left join cuadre.payments p on p.payment_id = l.subject_id
  left join lateral (
    select sum(o.amount_minor) as minor from cuadre.report_lines o
    where o.subject = l.subject and not (o.type = 'refund' and p.kind = 'payment')
  ) paid on p.payout_difference_minor is not null
  where l.settlement_id = $1 order by length(l.line), l.line, l.event_id limit $2`;

const MATCH_COUNTS = `
  select ${MATCH} as match, count(*)::int as count
  from cuadre.report_lines l left join cuadre.payments p on p.payment_id = l.subject_id
  where l.settlement_id = $1 group by 1`;

const MOVEMENTS = `
  select p.subject, p.state, (
    select coalesce(json_agg(json_build_array(r.currency, r.amount_minor::text)), '[]'::json)
    from cuadre.refunds r
    where r.payment_id = p.payment_id and r.status = 'succeeded' and r.amount_minor is not null
  ) as refunds
  from cuadre.payments p where p.payment_id = any($1::uuid[])`;

const KNOWN = `
  select line, type, subject, currency, exponent, amount_minor::text as "amountMinor",
    paid_at as "paidAt"
  from cuadre.report_lines where settlement_id = $1 and line = any($2::text[])`;

const PARTS = `
  select l.settlement_id as "settlementId", min(l.account) as account, min(l.provider) as provider,
    min(l.report) as report, l.type, l.currency, l.exponent, count(*)::int as count,
    count(l.subject_id)::int as "movementCount",
    (count(*) filter (where ${MATCH} in ('unknown_movement', 'amount_differs')))::int as "unmatchedCount",
    sum(l.amount_minor)::text as minor, min(l.recorded_at) as "firstRecordedAt",
    max(l.recorded_at) as "lastRecordedAt",
    greatest(0, floor(extract(epoch from now() - min(l.recorded_at))))::float8 as "ageSeconds"
  from cuadre.report_lines l left join cuadre.payments p on p.payment_id = l.subject_id
  where l.settlement_id = any($1::uuid[])
  group by l.settlement_id, l.type, l.currency, l.exponent
  order by l.settlement_id, l.currency, l.exponent, l.type`;
