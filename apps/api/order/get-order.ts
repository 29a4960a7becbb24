import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { OrderReader } from '#read-models/queries/order-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PaymentResource, paymentResource } from '../payment/payment-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { OrderSummaryResource, orderSummary } from './order-resource.js';

export class GetOrder extends Query<OrderResource | Refusal> {
  readonly orderId: string;
  readonly wait: PositionWait;

  constructor(orderId: string, wait: PositionWait) {
    super();
    this.orderId = orderId;
    this.wait = wait;
  }
}

/** An order with the payments that belong to it. */
export class OrderResource extends OrderSummaryResource {
  @ApiProperty({ type: () => [PaymentResource] })
  readonly payments!: readonly PaymentResource[];
}

@QueryHandler(GetOrder)
export class GetOrderHandler implements IQueryHandler<GetOrder> {
  readonly #orders: OrderReader;
  readonly #gate: PositionGate;

  constructor(orders: OrderReader, gate: PositionGate) {
    this.#orders = orders;
    this.#gate = gate;
  }

  async execute({ orderId, wait }: GetOrder): Promise<OrderResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#orders.find(orderId);
    if (found === null) return orderNotFound(orderId);
    return { ...orderSummary(found.order), payments: found.payments.map(paymentResource) };
  }
}

export function orderNotFound(orderId: string): Refusal {
  const lookup = `/v1/lookup?q=${encodeURIComponent(orderId.toWellFormed())}`;
  const what = `Nothing is known of order ${JSON.stringify(orderId)}.`;
  return { refused: 'not-found', detail: `${what} If it is another id, ${lookup} finds it.` };
}
