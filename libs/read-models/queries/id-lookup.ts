import { In, type FindOptionsWhere } from 'typeorm';
import { settlementIdOf, subjectIdOf } from '#events/ids.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import { CustomerEntity } from '../entities/customer.entity.js';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { OrderEntity } from '../entities/order.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import { SubscriptionEntity } from '../entities/subscription.entity.js';
import type { ReadModels } from './read-models.js';

/** What the id turned out to be. */
export const ID_KINDS = [
  'order',
  'payment',
  'withdrawal',
  'subscription',
  'customer',
  'client-reference',
  'provider-reference',
  'refund',
  'settlement',
  'event',
  'provider-event',
  'observation',
  'request',
  'provider-trace',
] as const;

export type IdKind = (typeof ID_KINDS)[number];

/** What records of the log are about. */
export const SUBJECT_TYPES = [
  'payment',
  'withdrawal',
  'refund',
  'subscription',
  'customer',
] as const;

export type SubjectType = (typeof SUBJECT_TYPES)[number];

export type FoundId = {
  readonly kind: IdKind;
  /** What it belongs to; null with `subjectId` where that is an order, a batch, or nothing that is known. */
  readonly subjectType: SubjectType | null;
  readonly subjectId: string | null;
  /** The payment that this is, or that it gives back. */
  readonly paymentId: string | null;
  readonly orderId: string | null;
  readonly settlementId: string | null;
  /** The record of the log that carried the id, where a record did. */
  readonly observationId: string | null;
};

/** Past this many hits of one kind the rest is left out: the id names too much to be of use. */
const HITS_MAX = 50;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Finds an id without being told what it is: one probe of an index for each kind. */
export class IdLookup {
  readonly #readModels: ReadModels;

  constructor(readModels: ReadModels) {
    this.#readModels = readModels;
  }

  /**
   * @param id may be a subject key as well, as entries of the books name their subject
   * @param accounts whose settlement reports may have the name
   */
  async find(id: string, accounts: readonly string[] = []): Promise<readonly FoundId[]> {
    const uuid = UUID.test(id) ? id.toLowerCase() : isSubjectKey(id) ? subjectIdOf(id) : null;
    const reports = accounts.map((account) => settlementIdOf(account, id));
    const found = await Promise.all([
      this.#order(id),
      this.#movements('provider-reference', { reference: id }),
      this.#movements('client-reference', { clientReference: id }),
      this.#subscriptions('provider-reference', { reference: id }),
      this.#subscriptions('client-reference', { clientReference: id }),
      this.#customers('provider-reference', { reference: id }),
      this.#refunds({ reference: id }, uuid),
      this.#settlementBatch(id),
      this.#reports(uuid === null ? reports : [...reports, uuid]),
      ...(uuid === null ? [] : this.#byUuid(uuid)),
      this.#deliveries('provider-event', 'delivery.providerEventId = :id', id),
      this.#deliveries('request', 'delivery.requestId = :id', id),
      this.#deliveries('provider-trace', inArray('provider_trace_ids'), id),
      this.#deliveries('provider-reference', inArray('provider_references'), id),
    ]);
    return distinct(await this.#resolved(found.flat())).sort(
      (a, b) => ID_KINDS.indexOf(a.kind) - ID_KINDS.indexOf(b.kind),
    );
  }

  #byUuid(uuid: string): readonly Promise<readonly Hit[]>[] {
    return [
      this.#movements('payment', { paymentId: uuid }),
      this.#subscriptions('subscription', { subscriptionId: uuid }),
      this.#customers('customer', { customerId: uuid }),
      this.#settlement(uuid),
      this.#reportOfLine(uuid),
      this.#event(uuid),
      this.#deliveries('request', `delivery.observationId = :id and ${IS_REQUEST}`, uuid),
      this.#observation(uuid),
    ];
  }

  async #order(orderId: string): Promise<readonly Hit[]> {
    const isKnown = await this.#readModels.repository(OrderEntity).existsBy({ orderId });
    return isKnown ? [{ kind: 'order', orderId }] : [];
  }

  /** Payments, withdrawals, and of refunds what `#refunds` does not find. */
  async #movements(kind: IdKind, where: FindOptionsWhere<PaymentEntity>): Promise<readonly Hit[]> {
    const rows = await this.#readModels.repository(PaymentEntity).find({
      select: { paymentId: true, kind: true },
      where,
      take: HITS_MAX,
    });
    return rows
      .filter((row) => row.kind !== 'refund' || kind === 'client-reference')
      .map((row) => ({
        kind: kind === 'payment' ? row.kind : kind,
        subject: { id: row.paymentId, type: row.kind },
      }));
  }

  async #subscriptions(
    kind: IdKind,
    where: FindOptionsWhere<SubscriptionEntity>,
  ): Promise<readonly Hit[]> {
    const rows = await this.#readModels
      .repository(SubscriptionEntity)
      .find({ select: { subscriptionId: true }, where, take: HITS_MAX });
    return rows.map(({ subscriptionId: id }) => ({ kind, subject: { id, type: 'subscription' } }));
  }

  async #customers(kind: IdKind, where: FindOptionsWhere<CustomerEntity>): Promise<readonly Hit[]> {
    const rows = await this.#readModels
      .repository(CustomerEntity)
      .find({ select: { customerId: true }, where, take: HITS_MAX });
    return rows.map(({ customerId: id }) => ({ kind, subject: { id, type: 'customer' } }));
  }

  async #refunds(named: { reference: string }, refundId: string | null): Promise<readonly Hit[]> {
    const refunds = await this.#readModels.repository(RefundEntity).find({
      where: refundId === null ? [named] : [named, { refundId }],
      take: HITS_MAX,
    });
    return refunds.map(({ refundId: id, paymentId }) => ({
      kind: 'refund',
      subject: { id, type: 'refund' },
      paymentId,
    }));
  }

  async #settlement(settlementId: string): Promise<readonly Hit[]> {
    const isKnown = await this.#readModels.repository(PaymentEntity).existsBy({ settlementId });
    return isKnown ? [{ kind: 'settlement', settlementId }] : [];
  }

  async #settlementBatch(batch: string): Promise<readonly Hit[]> {
    const rows = await this.#readModels
      .repository(PaymentEntity)
      .createQueryBuilder('payment')
      .select('payment.settlementId', 'settlementId')
      .distinct(true)
      .where('payment.settlementBatch = :batch', { batch })
      .limit(HITS_MAX)
      .getRawMany<{ settlementId: string }>();
    return rows.map(({ settlementId }) => ({ kind: 'settlement', settlementId }));
  }

  /** Also where no movement names the report as its batch. */
  async #reports(settlementIds: readonly string[]): Promise<readonly Hit[]> {
    const rows = await this.#readModels.rows<{ readonly settlementId: string }>(REPORTS, [
      settlementIds,
    ]);
    return rows.map(({ settlementId }) => ({ kind: 'settlement', settlementId }));
  }

  /** Of a line that names no movement and so is a subject of its own. */
  async #reportOfLine(subjectId: string): Promise<readonly Hit[]> {
    const rows = await this.#readModels.rows<{ readonly settlementId: string }>(REPORT_OF_LINE, [
      subjectId,
    ]);
    return rows.map(({ settlementId }) => ({ kind: 'settlement', settlementId }));
  }

  async #event(eventId: string): Promise<readonly Hit[]> {
    return this.#deliveries('event', `delivery.eventId = :id and ${TOLD_FIRST}`, eventId);
  }

  async #observation(observationId: string): Promise<readonly Hit[]> {
    return this.#deliveries('observation', 'delivery.observationId = :id', observationId);
  }

  async #deliveries(kind: IdKind, condition: string, id: string): Promise<readonly Hit[]> {
    const deliveries = await this.#readModels
      .repository(DeliveryEntity)
      .createQueryBuilder('delivery')
      .select(['delivery.partition', 'delivery.position', 'delivery.subject'])
      .addSelect(['delivery.subjectId', 'delivery.observationId'])
      .where(condition, { id })
      .limit(HITS_MAX)
      .getMany();
    return deliveries.map(({ subject, subjectId, observationId }) => ({
      kind,
      observationId,
      ...(subjectId === null ? {} : { subject: { id: subjectId, type: registerOf(subject) } }),
    }));
  }

  /** With what each hit's subject is, the payment that a refund gives back, and the order of either. */
  async #resolved(hits: readonly Hit[]): Promise<readonly FoundId[]> {
    const own = await this.#movementsBy(
      hits.flatMap(({ subject, paymentId }) => [subject?.id ?? [], paymentId ?? []].flat()),
    );
    const parents = await this.#movementsBy(
      [...own.values()].flatMap(({ parentId }) =>
        parentId === null || own.has(parentId) ? [] : parentId,
      ),
    );
    return hits.map((hit) => {
      const { kind, subject, settlementId = null, observationId = null } = hit;
      const movement = subject === undefined ? undefined : own.get(subject.id);
      const type = movement?.kind ?? subject?.type ?? null;
      const id = type === null ? null : (subject?.id ?? null);
      const paymentId = type === 'payment' ? id : (hit.paymentId ?? movement?.parentId ?? null);
      const payment = paymentId === null ? null : (own.get(paymentId) ?? parents.get(paymentId));
      return {
        kind,
        subjectType: type,
        subjectId: id,
        paymentId,
        orderId: hit.orderId ?? payment?.orderId ?? null,
        settlementId,
        observationId,
      };
    });
  }

  async #movementsBy(ids: readonly string[]): Promise<ReadonlyMap<string, Movement>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#readModels.repository(PaymentEntity).find({
      select: { paymentId: true, kind: true, orderId: true, parentId: true },
      where: { paymentId: In([...new Set(ids)]) },
    });
    return new Map(rows.map((row) => [row.paymentId, row]));
  }
}

type Movement = {
  readonly kind: PaymentKind;
  readonly orderId: string | null;
  readonly parentId: string | null;
};

type Hit = {
  readonly kind: IdKind;
  /** Without a type where only the rows of `payments` can tell. */
  readonly subject?: { readonly id: string; readonly type: SubjectType | null };
  readonly paymentId?: string | null;
  readonly orderId?: string;
  readonly settlementId?: string;
  readonly observationId?: string;
};

/** Subscriptions and customers may be named by records that made no row: nobody vouched for them. */
function registerOf(subjectKey: string): SubjectType | null {
  const [, kind] = subjectKey.split('/');
  return kind === 'subscription' || kind === 'customer' ? kind : null;
}

/** `account/kind/reference`. */
function isSubjectKey(id: string): boolean {
  return /^[^/]+\/[^/]+\/./.test(id);
}

const REPORTS = `
  select id as "settlementId" from unnest($1::uuid[]) as id
  where exists (select from cuadre.report_lines l where l.settlement_id = id)`;

const REPORT_OF_LINE = `
  select l.settlement_id as "settlementId"
  from cuadre.deliveries d join cuadre.report_lines l on l.event_id = d.event_id
  where d.subject_id = $1 and l.subject_id is null limit 1`;

/** One request is one observation, unless it says otherwise. */
const IS_REQUEST = 'delivery.requestId is null';

/** Of all that told an event; the partial index has the same condition. */
const TOLD_FIRST = 'delivery.facts_digest is not null';

/** The first half repeats the partial index's own condition, or the planner would not use it. */
function inArray(column: string): string {
  return `delivery.${column} is not null and delivery.${column} @> array[:id]::text[]`;
}

/** Several records that carried the id for one subject are one hit, unless the id names a record. */
function distinct(found: readonly FoundId[]): FoundId[] {
  const kept = new Map<string, FoundId>();
  for (const one of found) {
    const { kind, subjectId, observationId, orderId, settlementId } = one;
    const key = JSON.stringify([kind, subjectId ?? observationId, orderId, settlementId]);
    if (!kept.has(key)) kept.set(key, one);
  }
  return [...kept.values()];
}
