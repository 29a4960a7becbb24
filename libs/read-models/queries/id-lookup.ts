import { In } from 'typeorm';
import { DeliveryEntity } from '../entities/delivery.entity.js';
import { EventEntity } from '../entities/event.entity.js';
import { OrderEntity } from '../entities/order.entity.js';
import { PaymentEntity } from '../entities/payment.entity.js';
import { RefundEntity } from '../entities/refund.entity.js';
import type { ReadModels } from './read-models.js';

/** What the id turned out to be. */
export const ID_KINDS = [
  'order',
  'payment',
  'provider-reference',
  'refund',
  'event',
  'provider-event',
  'observation',
  'request',
  'provider-trace',
] as const;

export type IdKind = (typeof ID_KINDS)[number];

export type FoundId = {
  readonly kind: IdKind;
  readonly paymentId: string | null;
  readonly orderId: string | null;
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

  async find(id: string): Promise<readonly FoundId[]> {
    const uuid = UUID.test(id) ? id.toLowerCase() : null;
    const found = await Promise.all([
      this.#order(id),
      this.#paymentReference(id),
      this.#refunds({ reference: id }, uuid),
      ...(uuid === null ? [] : [this.#payment(uuid), this.#event(uuid), this.#observation(uuid)]),
      this.#deliveries('provider-event', 'delivery.providerEventId = :id', id),
      this.#deliveries('request', 'delivery.requestId = :id', id),
      this.#deliveries('provider-trace', inArray('provider_trace_ids'), id),
      this.#deliveries('provider-reference', inArray('provider_references'), id),
    ]);
    return distinct(await this.#withOrders(found.flat())).sort(
      (a, b) => ID_KINDS.indexOf(a.kind) - ID_KINDS.indexOf(b.kind),
    );
  }

  async #order(orderId: string): Promise<readonly Hit[]> {
    const isKnown = await this.#readModels.repository(OrderEntity).existsBy({ orderId });
    return isKnown ? [{ kind: 'order', paymentId: null, observationId: null, orderId }] : [];
  }

  async #payment(paymentId: string): Promise<readonly Hit[]> {
    const isKnown = await this.#readModels.repository(PaymentEntity).existsBy({ paymentId });
    return isKnown ? [{ kind: 'payment', paymentId, observationId: null }] : [];
  }

  async #paymentReference(reference: string): Promise<readonly Hit[]> {
    const payments = await this.#readModels
      .repository(PaymentEntity)
      .find({ select: { paymentId: true }, where: { reference }, take: HITS_MAX });
    return payments.map(({ paymentId }) => ({
      kind: 'provider-reference',
      paymentId,
      observationId: null,
    }));
  }

  async #refunds(named: { reference: string }, refundId: string | null): Promise<readonly Hit[]> {
    const refunds = await this.#readModels.repository(RefundEntity).find({
      where: refundId === null ? [named] : [named, { refundId }],
      take: HITS_MAX,
    });
    return refunds.map(({ paymentId }) => ({ kind: 'refund', paymentId, observationId: null }));
  }

  async #event(eventId: string): Promise<readonly Hit[]> {
    const event = await this.#readModels.repository(EventEntity).findOneBy({ eventId });
    if (event === null) return [];
    const hits = await this.#observation(event.observationId);
    return hits.map((hit) => ({ ...hit, kind: 'event' }));
  }

  async #observation(observationId: string): Promise<readonly Hit[]> {
    return this.#deliveries('observation', 'delivery.observationId = :id', observationId);
  }

  async #deliveries(kind: IdKind, condition: string, id: string): Promise<readonly Hit[]> {
    const deliveries = await this.#readModels
      .repository(DeliveryEntity)
      .createQueryBuilder('delivery')
      .select(['delivery.partition', 'delivery.position'])
      .addSelect(['delivery.paymentId', 'delivery.observationId'])
      .where(condition, { id })
      .limit(HITS_MAX)
      .getMany();
    return deliveries.map(({ paymentId, observationId }) => ({ kind, paymentId, observationId }));
  }

  async #withOrders(hits: readonly Hit[]): Promise<readonly FoundId[]> {
    const paymentIds = [...new Set(hits.flatMap((hit) => hit.paymentId ?? []))];
    const payments =
      paymentIds.length === 0
        ? []
        : await this.#readModels.repository(PaymentEntity).find({
            select: { paymentId: true, orderId: true },
            where: { paymentId: In(paymentIds) },
          });
    const orderIds = new Map(payments.map((payment) => [payment.paymentId, payment.orderId]));
    return hits.map(({ kind, paymentId, observationId, orderId }) => ({
      kind,
      paymentId,
      observationId,
      orderId: orderId ?? (paymentId === null ? null : (orderIds.get(paymentId) ?? null)),
    }));
  }
}

type Hit = {
  readonly kind: IdKind;
  readonly paymentId: string | null;
  readonly observationId: string | null;
  readonly orderId?: string;
};

/** The first half repeats the partial index's own condition, or the planner would not use it. */
function inArray(column: string): string {
  return `delivery.${column} <> '{}' and delivery.${column} @> array[:id]::text[]`;
}

/** Several records that carried the id for one payment are one hit, unless the id names a record. */
function distinct(found: readonly FoundId[]): FoundId[] {
  const kept = new Map<string, FoundId>();
  for (const one of found) {
    const key = JSON.stringify([one.kind, one.paymentId ?? one.observationId, one.orderId]);
    if (!kept.has(key)) kept.set(key, one);
  }
  return [...kept.values()];
}
