import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { PaymentReader } from '#read-models/queries/payment-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { movementNotFound } from './movement-not-found.js';
import { PaymentResource, paymentResource } from './payment-resource.js';
import { RefundResource, refundResource } from './refund-resource.js';

export class GetPayment extends Query<PaymentWithRefundsResource | Refusal> {
  readonly paymentId: string;
  readonly wait: PositionWait;

  constructor(paymentId: string, wait: PositionWait) {
    super();
    this.paymentId = paymentId;
    this.wait = wait;
  }
}

/** A payment with its refunds. */
export class PaymentWithRefundsResource extends PaymentResource {
  @ApiProperty({ type: () => [RefundResource], description: 'Oldest first.' })
  readonly refunds!: readonly RefundResource[];
}

@QueryHandler(GetPayment)
export class GetPaymentHandler implements IQueryHandler<GetPayment> {
  readonly #payments: PaymentReader;
  readonly #gate: PositionGate;

  constructor(payments: PaymentReader, gate: PositionGate) {
    this.#payments = payments;
    this.#gate = gate;
  }

  async execute({ paymentId, wait }: GetPayment): Promise<PaymentWithRefundsResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const payment = await this.#payments.find(paymentId);
    if (payment?.kind !== 'payment') {
      return movementNotFound('payment', { id: paymentId, found: payment?.kind ?? null });
    }
    const refunds = await this.#payments.refundsOf([paymentId]);
    return { ...paymentResource(payment), refunds: refunds.map(refundResource) };
  }
}
