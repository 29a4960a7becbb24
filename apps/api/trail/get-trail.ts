import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { OrderEntity } from '#read-models/entities/order.entity.js';
import type { PaymentEntity } from '#read-models/entities/payment.entity.js';
import type { SubjectType } from '#read-models/queries/id-lookup.js';
import { TrailReader, type TrailRows } from '#read-models/queries/trail-reader.js';
import { customerNotFound } from '../customer/get-customer.js';
import { customerResource } from '../customer/customer-resource.js';
import { isRefusal, type Refusal } from '../http/refusal.js';
import { orderNotFound } from '../order/get-order.js';
import { orderSummary } from '../order/order-resource.js';
import { movementNotFound } from '../payment/movement-not-found.js';
import { paymentResource } from '../payment/payment-resource.js';
import { refundResource } from '../payment/refund-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { refundNotFound } from '../refund/get-refund.js';
import { subscriptionNotFound } from '../subscription/get-subscription.js';
import { subscriptionResource } from '../subscription/subscription-resource.js';
import { withdrawalResource } from '../withdrawal/withdrawal-resource.js';
import { OriginalReader } from './original-reader.js';
import { providerBriefs, timelineOf, type Originals } from './timeline.js';
import type { TrailResource } from './trail-resource.js';

export type TrailTarget = {
  readonly type: 'order' | SubjectType;
  readonly id: string;
};

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
    const scope = await this.#scopeOf(target);
    if (isRefusal(scope)) return scope;
    const rows = await this.#trails.of(scope.subjectIds, scope.shownIds);
    if (isEmpty(target, rows)) return notFound(target);
    const originals =
      originalsFor === null ? null : await this.#originals.read(rows.deliveries, originalsFor);
    return trailOf(scope.order, rows, originals);
  }

  async #scopeOf({ type, id }: TrailTarget): Promise<TrailScope | Refusal> {
    switch (type) {
      case 'order':
        return this.#ofOrder(id);
      case 'payment':
      case 'withdrawal':
        return this.#ofMovement(type, id);
      case 'refund':
        return this.#ofRefund(id);
      case 'subscription':
      case 'customer':
        return { order: null, subjectIds: [id], shownIds: [] };
    }
  }

  async #ofOrder(orderId: string): Promise<TrailScope | Refusal> {
    const order = await this.#trails.findOrder(orderId);
    if (order === null) return orderNotFound(orderId);
    const paymentIds = await this.#trails.paymentIdsOfOrder(orderId);
    return { order, subjectIds: await this.#trails.withRefunds(paymentIds), shownIds: [] };
  }

  async #ofMovement(wanted: 'payment' | 'withdrawal', id: string): Promise<TrailScope | Refusal> {
    const movement = await this.#trails.findMovement(id);
    if (movement?.kind !== wanted) {
      return movementNotFound(wanted, { id, found: movement?.kind ?? null });
    }
    const order = await this.#orderOf(movement);
    return { order, subjectIds: await this.#trails.withRefunds([id]), shownIds: [] };
  }

  /** Its own records where it has an id at its provider, else those of its payment, which tell of it. */
  async #ofRefund(refundId: string): Promise<TrailScope | Refusal> {
    const refund = await this.#trails.findRefund(refundId);
    if (refund === null) return refundNotFound(refundId);
    const own = await this.#trails.findMovement(refundId);
    const { paymentId } = refund;
    const payment = paymentId === null ? null : await this.#trails.findMovement(paymentId);
    const paymentIds = payment === null ? [] : [payment.paymentId];
    return {
      order: payment === null ? null : await this.#orderOf(payment),
      subjectIds: own === null ? paymentIds : [refundId],
      shownIds: own === null ? [] : paymentIds,
    };
  }

  async #orderOf({ orderId }: PaymentEntity): Promise<OrderEntity | null> {
    return orderId === null ? null : this.#trails.findOrder(orderId);
  }
}

type TrailScope = {
  readonly order: OrderEntity | null;
  /** Whose records the trail shows. */
  readonly subjectIds: readonly string[];
  /** Movements that it names beside them. */
  readonly shownIds: readonly string[];
};

/**
 * Subscriptions and customers have no row while nobody vouches for what was said of them: then their
 * records alone tell that they are meant.
 */
function isEmpty({ type }: TrailTarget, rows: TrailRows): boolean {
  if (type !== 'subscription' && type !== 'customer') return false;
  const known = type === 'subscription' ? rows.subscriptions : rows.customers;
  const isNamed = rows.deliveries.some(({ subject }) => subject.split('/')[1] === type);
  return known.length === 0 && !isNamed;
}

function notFound({ type, id }: TrailTarget): Refusal {
  return type === 'subscription' ? subscriptionNotFound(id) : customerNotFound(id);
}

function trailOf(order: OrderEntity | null, rows: TrailRows, originals: Originals): TrailResource {
  const ofKind = (kind: PaymentKind): readonly PaymentEntity[] =>
    rows.movements.filter((movement) => movement.kind === kind);
  return {
    order: order === null ? null : orderSummary(order),
    payments: ofKind('payment').map(paymentResource),
    refunds: rows.refunds.map(refundResource),
    withdrawals: ofKind('withdrawal').map(withdrawalResource),
    subscriptions: rows.subscriptions.map(subscriptionResource),
    customers: rows.customers.map(customerResource),
    timeline: timelineOf(rows, originals),
    isCut: rows.isCut,
    whatToTellTheProvider: providerBriefs(rows),
  };
}
