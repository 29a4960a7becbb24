import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { Database } from '../database.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import { ReportLineReader, type ReportPartRow } from './report-line-reader.js';
import type { Page } from './order-reader.js';
import type { ReadModels } from './read-models.js';

/**
 * A part of a settlement batch: its movements of one kind, status and currency. Sums are of those that
 * state the amount; null where none does.
 */
export type SettlementPart = {
  readonly kind: PaymentKind;
  readonly status: string | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly count: number;
  readonly grossMinor: string | null;
  readonly feeMinor: string | null;
  readonly taxMinor: string | null;
  /** Null unless all of them state it. */
  readonly netMinor: string | null;
  readonly refundedMinor: string | null;
  /** How many of them are paid out: lines of reports cover what was due. */
  readonly paidOutCount: number;
  readonly firstRecordedAt: Date;
  readonly lastRecordedAt: Date;
  /** Since `firstRecordedAt`, by the database's clock. */
  readonly ageSeconds: number;
};

export type SettlementRow = {
  readonly settlementId: string;
  readonly account: string;
  readonly provider: string;
  readonly batch: string;
  /** Of the movements that name it; or `lines` has some. */
  readonly parts: readonly SettlementPart[];
  /** Of the lines of the report with its name. */
  readonly lines: readonly ReportPartRow[];
};

export type SettlementFilter = { readonly account: string | null };

type PartRow = SettlementPart & Omit<SettlementRow, 'parts' | 'lines'>;

/**
 * Settlements are no rows of their own: one is what the movements say that name it as their batch, and the
 * lines of the report with its name.
 */
export class SettlementReader {
  readonly #database: Database;
  readonly #readModels: ReadModels;
  readonly #reportLines: ReportLineReader;

  constructor(database: Database, readModels: ReadModels) {
    this.#database = database;
    this.#reportLines = new ReportLineReader(database);
    this.#readModels = readModels;
  }

  async find(settlementId: string): Promise<SettlementRow | null> {
    const { rows } = await this.#database.query<PartRow>({
      name: 'cuadre.settlement-parts',
      text: PARTS,
      values: [[settlementId]],
    });
    const lines = await this.#reportLines.parts([settlementId]);
    return settlementsOf([settlementId], { rows, lines }).at(0) ?? null;
  }

  /** By settlement id. */
  async list(
    { account }: SettlementFilter,
    { after, rowsMax }: Page,
  ): Promise<readonly SettlementRow[]> {
    const { rows: ids } = await this.#database.query<{ settlement_id: string }>({
      name: 'cuadre.list-settlement-ids',
      text: LIST_IDS,
      values: [after ?? NIL_UUID, account, rowsMax],
    });
    const wanted = ids.map((row) => row.settlement_id);
    if (wanted.length === 0) return [];
    const [{ rows }, lines] = await Promise.all([
      this.#database.query<PartRow>({
        name: 'cuadre.settlement-parts',
        text: PARTS,
        values: [wanted],
      }),
      this.#reportLines.parts(wanted),
    ]);
    return settlementsOf(wanted, { rows, lines });
  }

  /** The first payments of a batch, by id. */
  async paymentsOf(settlementId: string, rowsMax: number): Promise<readonly PaymentEntity[]> {
    return this.#readModels.repository(PaymentEntity).find({
      where: { settlementId, kind: 'payment' },
      order: { paymentId: 'ASC' },
      take: rowsMax,
    });
  }

  /** The first refunds that name the batch themselves, by id. */
  async refundsOf(settlementId: string, rowsMax: number): Promise<readonly RefundEntity[]> {
    return this.#readModels
      .repository(RefundEntity)
      .createQueryBuilder('refund')
      .innerJoin(PaymentEntity, 'own', 'own.paymentId = refund.refundId')
      .where("own.settlementId = :settlementId and own.kind = 'refund'", { settlementId })
      .orderBy('refund.refundId', 'ASC')
      .limit(rowsMax)
      .getMany();
  }
}

/** Those of these that anything tells of, in this order. */
function settlementsOf(
  ids: readonly string[],
  found: { readonly rows: readonly PartRow[]; readonly lines: readonly ReportPartRow[] },
): readonly SettlementRow[] {
  const parts = Map.groupBy(found.rows, ({ settlementId }) => settlementId);
  const lines = Map.groupBy(found.lines, ({ settlementId }) => settlementId);
  return ids.flatMap((settlementId) => {
    const own = parts.get(settlementId) ?? [];
    const reported = lines.get(settlementId) ?? [];
    const [part] = own;
    const [line] = reported;
    const named = part ?? (line === undefined ? undefined : { ...line, batch: line.report });
    if (named === undefined) return [];
    const { account, provider, batch } = named;
    return { settlementId, account, provider, batch, parts: own, lines: reported };
  });
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** The parts of the batches `$1`: by index, and grouped by what is short to compare. */
const PARTS = `
  select id.settlement_id as "settlementId", part.*
  from unnest($1::uuid[]) as id (settlement_id) cross join lateral (
    select min(p.account) as account, min(p.provider) as provider, min(p.settlement_batch) as batch,
      p.kind, p.status, p.currency, p.exponent, count(*)::int as count,
      sum(p.amount_minor)::text as "grossMinor", sum(p.fee_minor)::text as "feeMinor",
      sum(p.tax_minor)::text as "taxMinor", sum(p.refunded_minor)::text as "refundedMinor",
      case when count(*) = count(p.net_minor) then sum(p.net_minor)::text end as "netMinor",
      (count(*) filter (where p.settlement_status = 'paid_out'))::int as "paidOutCount",
      min(p.first_recorded_at) as "firstRecordedAt", max(p.recorded_at) as "lastRecordedAt",
      greatest(0, floor(extract(epoch from now() - min(p.first_recorded_at))))::float8 as "ageSeconds"
    from cuadre.payments p where p.settlement_id = id.settlement_id
    group by p.kind, p.status, p.currency, p.exponent
  ) as part
  order by id.settlement_id, part.currency, part.kind, part.status`;

/** The next id behind `${after}`, of a payment or of a report: one probe of each index. */
const nextId = (after: string): string => `
  select * from (
    (select p.settlement_id, p.account from cuadre.payments p
     where p.settlement_id > ${after} order by p.settlement_id limit 1)
    union all
    (select l.settlement_id, l.account from cuadre.report_lines l
     where l.settlement_id > ${after} order by l.settlement_id limit 1)
  ) as candidate order by settlement_id limit 1`;

/**
 * Walks the distinct ids with a few probes of the indexes each, instead of reading every payment to find
 * where a batch ends; the walk stops once the page is full, because nothing asks it for more.
 */
const LIST_IDS = `
  with recursive walk as (
    (${nextId('$1')})
    union all
    select next.settlement_id, next.account from walk cross join lateral (${nextId('walk.settlement_id')}) as next
  )
  select settlement_id from walk where $2::text is null or account = $2::text limit $3`;
