import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { OrderEntity } from '#read-models/entities/order.entity.js';
import { TrailReader } from '#read-models/queries/trail-reader.js';
import type { Refusal } from '../http/refusal.js';
import { orderNotFound } from '../order/get-order.js';
import { orderSummary } from '../order/order-resource.js';
import { paymentNotFound } from '../payment/get-payment.js';
import { paymentResource } from '../payment/payment-resource.js';
import { refundResource } from '../payment/refund-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { OriginalReader } from './original-reader.js';
import { providerBriefs, timelineOf } from './timeline.js';
import type { TrailResource } from './trail-resource.js';

export type TrailTarget = { readonly orderId: string } | { readonly paymentId: string };

export class GetTrail extends Query<TrailResource | Refusal> {
  readonly target: TrailTarget;
  readonly wait: PositionWait;
  /** Whose token, with the scope `originals`, asks for the exact bytes; null without them. */
  readonly originalsFor: string | null;

  constructor(target: TrailTarget, wait: PositionWait, originalsFor: string | null) {
    super();
    this.target = target;
    this.wait = wait;
    this.originalsFor = originalsFor;
  }
}

@QueryHandler(GetTrail)
export class GetTrailHandler implements IQueryHandler<GetTrail> {
  readonly #trails: TrailReader;
  readonly #originals: OriginalReader;
  readonly #gate: PositionGate;

  constructor(trails: TrailReader, originals: OriginalReader, gate: PositionGate) {
    this.#trails = trails;
    this.#originals = originals;
    this.#gate = gate;
  }

  async execute({ target, wait, originalsFor }: GetTrail): Promise<TrailResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    return 'orderId' in target
      ? this.#ofOrder(target.orderId, originalsFor)
      : this.#ofPayment(target.paymentId, originalsFor);
  }

  async #ofOrder(orderId: string, originalsFor: string | null): Promise<TrailResource | Refusal> {
    const order = await this.#trails.findOrder(orderId);
    if (order === null) return orderNotFound(orderId);
    const paymentIds = await this.#trails.paymentIdsOfOrder(orderId);
    return this.#trail(order, paymentIds, originalsFor);
  }

  async #ofPayment(
    paymentId: string,
    originalsFor: string | null,
  ): Promise<TrailResource | Refusal> {
    const payment = await this.#trails.findPayment(paymentId);
    if (payment === null) return paymentNotFound(paymentId);
    const order = payment.orderId === null ? null : await this.#trails.findOrder(payment.orderId);
    return this.#trail(order, [paymentId], originalsFor);
  }

  async #trail(
    order: OrderEntity | null,
    paymentIds: readonly string[],
    originalsFor: string | null,
  ): Promise<TrailResource> {
    const rows = await this.#trails.ofPayments(paymentIds);
    const originals =
      originalsFor === null ? null : await this.#originals.read(rows.deliveries, originalsFor);
    return {
      order: order === null ? null : orderSummary(order),
      payments: rows.payments.map(paymentResource),
      refunds: rows.refunds.map(refundResource),
      timeline: timelineOf(rows, originals),
      isCut: rows.isCut,
      whatToTellTheProvider: providerBriefs(rows),
    };
  }
}
