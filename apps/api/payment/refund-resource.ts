import { ApiProperty } from '@nestjs/swagger';
import { REFUND_STATUSES } from '#ledger/payment/payment-status.js';
import type { RefundEntity } from '#read-models/entities/refund.entity.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';

export class RefundResource {
  @ApiProperty({ format: 'uuid' })
  readonly refundId!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The payment that it gives back; null where the provider names none.',
  })
  readonly paymentId!: string | null;

  @ApiProperty({ description: "The provider's own id of the refund." })
  readonly reference!: string;

  @ApiProperty({ enum: REFUND_STATUSES })
  readonly status!: string;

  @ApiProperty({ type: () => MoneyResource, nullable: true })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ type: String, nullable: true, description: "The provider's own code." })
  readonly failureCode!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt!: string;
}

export function refundResource(row: RefundEntity): RefundResource {
  return {
    refundId: row.refundId,
    paymentId: row.paymentId,
    reference: row.reference,
    status: row.status,
    amount: moneyOf(row.amountMinor, row),
    failureCode: row.failureCode,
    recordedAt: row.recordedAt.toISOString(),
  };
}
