import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { RefundReader } from '#read-models/queries/refund-reader.js';
import type { Refusal } from '../http/refusal.js';
import { RefundResource, refundResource } from '../payment/refund-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';

export class GetRefund extends Query<RefundAtAccountResource | Refusal> {
  readonly refundId: string;
  readonly wait: PositionWait;

  constructor(refundId: string, wait: PositionWait) {
    super();
    this.refundId = refundId;
    this.wait = wait;
  }
}

/** A refund, read by itself. */
export class RefundAtAccountResource extends RefundResource {
  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'conomy' })
  readonly provider!: string;
}

@QueryHandler(GetRefund)
export class GetRefundHandler implements IQueryHandler<GetRefund> {
  readonly #refunds: RefundReader;
  readonly #gate: PositionGate;

  constructor(refunds: RefundReader, gate: PositionGate) {
    this.#refunds = refunds;
    this.#gate = gate;
  }

  async execute({ refundId, wait }: GetRefund): Promise<RefundAtAccountResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const found = await this.#refunds.find(refundId);
    if (found === null) return refundNotFound(refundId);
    const { account, provider } = found.owner;
    return { ...refundResource(found.refund), account, provider };
  }
}

export function refundNotFound(refundId: string): Refusal {
  return { refused: 'not-found', detail: `There is no refund ${refundId}.` };
}
