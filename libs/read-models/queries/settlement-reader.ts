import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { Database } from '../database.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
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
  readonly parts: readonly [SettlementPart, ...SettlementPart[]];
};

export type SettlementFilter = { readonly account: string | null };

type PartRow = SettlementPart & Omit<SettlementRow, 'parts'>;

/** Batches are no rows of their own: a batch is what the movements say that name it. */
export class SettlementReader {
  readonly #database: Database;
  readonly #readModels: ReadModels;

  constructor(database: Database, readModels: ReadModels) {
    this.#database = database;
    this.#readModels = readModels;
  }

  async find(settlementId: string): Promise<SettlementRow | null> {
    const { rows } = await this.#database.query<PartRow>({
      name: 'cuadre.find-settlement',
      text: FIND_SETTLEMENT,
      values: [settlementId],
    });
    return settlementsOf(rows).at(0) ?? null;
  }

  /** By settlement id. */
  async list(
    { account }: SettlementFilter,
    { after, rowsMax }: Page,
  ): Promise<readonly SettlementRow[]> {
    const { rows } = await this.#database.query<PartRow>({
      name: 'cuadre.list-settlements',
      text: LIST_SETTLEMENTS,
      values: [after ?? NIL_UUID, account, rowsMax],
    });
    return settlementsOf(rows);
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

function settlementsOf(rows: readonly PartRow[]): readonly SettlementRow[] {
  const parts = Map.groupBy(rows, ({ settlementId }) => settlementId);
  return [...parts].flatMap(([settlementId, [first, ...others]]) => {
    if (first === undefined) return [];
    const { account, provider, batch } = first;
    return { settlementId, account, provider, batch, parts: [first, ...others] };
  });
}

const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** The parts of the batch `id.settlement_id`: by index, and grouped by what is short to compare. */
const PARTS = `
  select id.settlement_id as "settlementId", part.* from id cross join lateral (
    select min(p.account) as account, min(p.provider) as provider, min(p.settlement_batch) as batch,
      p.kind, p.status, p.currency, p.exponent, count(*)::int as count,
      sum(p.amount_minor)::text as "grossMinor", sum(p.fee_minor)::text as "feeMinor",
      sum(p.tax_minor)::text as "taxMinor", sum(p.refunded_minor)::text as "refundedMinor",
      case when count(*) = count(p.net_minor) then sum(p.net_minor)::text end as "netMinor",
      min(p.first_recorded_at) as "firstRecordedAt", max(p.recorded_at) as "lastRecordedAt",
      greatest(0, floor(extract(epoch from now() - min(p.first_recorded_at))))::float8 as "ageSeconds"
    from cuadre.payments p where p.settlement_id = id.settlement_id
    group by p.kind, p.status, p.currency, p.exponent
  ) as part
  order by id.settlement_id, part.currency, part.kind, part.status`;

const FIND_SETTLEMENT = `with id as (select $1::uuid as settlement_id) ${PARTS}`;

/**
 * Walks the distinct ids with one probe of the index each, instead of reading every payment to find
 * where a batch ends; the walk stops once the page is full, because nothing asks it for more.
 */
const LIST_SETTLEMENTS = `
  with recursive walk as (
    (select settlement_id, account from cuadre.payments
     where settlement_id > $1 order by settlement_id limit 1)
    union all
    select next.settlement_id, next.account
    from walk cross join lateral (
      select p.settlement_id, p.account from cuadre.payments p
      where p.settlement_id > walk.settlement_id order by p.settlement_id limit 1
    ) as next
  ), id as materialized (
    select settlement_id from walk where $2::text is null or account = $2::text limit $3
  )
  ${PARTS}`;
