import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { SettlementReader } from '#read-models/queries/settlement-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PaymentResource, paymentResource } from '../payment/payment-resource.js';
import { RefundResource, refundResource } from '../payment/refund-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import { SettlementResource, settlementResource } from './settlement-resource.js';

/** Of each kind that one answer shows; the counts and sums are of all. */
const SHOWN_MAX = 100;

export class GetSettlement extends Query<SettlementWithPaymentsResource | Refusal> {
  readonly settlementId: string;
  readonly wait: PositionWait;

  constructor(settlementId: string, wait: PositionWait) {
    super();
    this.settlementId = settlementId;
    this.wait = wait;
  }
}

/** A batch with its first payments. */
export class SettlementWithPaymentsResource extends SettlementResource {
  @ApiProperty({
    type: () => [PaymentResource],
    description: `The first ${SHOWN_MAX}, by id; \`/v1/payments?settlementId=\` walks all.`,
  })
  readonly payments!: readonly PaymentResource[];

  @ApiProperty({ type: () => [RefundResource], description: `The first ${SHOWN_MAX}, by id.` })
  readonly refunds!: readonly RefundResource[];

  @ApiProperty({ description: 'There are more payments or refunds than are shown here.' })
  readonly isCut!: boolean;
}

@QueryHandler(GetSettlement)
export class GetSettlementHandler implements IQueryHandler<GetSettlement> {
  readonly #settlements: SettlementReader;
  readonly #gate: PositionGate;

  constructor(settlements: SettlementReader, gate: PositionGate) {
    this.#settlements = settlements;
    this.#gate = gate;
  }

  async execute({
    settlementId,
    wait,
  }: GetSettlement): Promise<SettlementWithPaymentsResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const [found, payments, refunds] = await Promise.all([
      this.#settlements.find(settlementId),
      this.#settlements.paymentsOf(settlementId, SHOWN_MAX + 1),
      this.#settlements.refundsOf(settlementId, SHOWN_MAX + 1),
    ]);
    if (found === null) {
      return { refused: 'not-found', detail: `No payment names a settlement ${settlementId}.` };
    }
    return {
      ...settlementResource(found),
      payments: payments.slice(0, SHOWN_MAX).map(paymentResource),
      refunds: refunds.slice(0, SHOWN_MAX).map(refundResource),
      isCut: payments.length > SHOWN_MAX || refunds.length > SHOWN_MAX,
    };
  }
}
