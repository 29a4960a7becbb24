import { ApiProperty } from '@nestjs/swagger';
import { FLAGS } from '#ledger/payment/flag.js';
import { PAYMENT_STATUSES } from '#ledger/payment/payment-status.js';
import { SETTLEMENT_STATUSES } from '#ledger/payment/payout.js';
import type { PaymentEntity } from '#read-models/entities/payment.entity.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';

const money = { type: () => MoneyResource, nullable: true } as const;

export class PaymentSettlementResource {
  @ApiProperty({
    enum: SETTLEMENT_STATUSES,
    description:
      'Reported: a batch or a settlement report names the payment. Paid out: lines of reports cover ' +
      'what the provider owes for it.',
  })
  readonly status!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly settlementId!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'As the provider or the report names it.',
  })
  readonly batch!: string | null;
}

/** One payment at one provider account. */
export class PaymentResource {
  @ApiProperty({ format: 'uuid' })
  readonly paymentId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'mintcash' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the payment." })
  readonly reference!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Null while nothing attributes the payment to an order.',
  })
  readonly orderId!: string | null;

  @ApiProperty({
    type: String,
    enum: PAYMENT_STATUSES,
    nullable: true,
    description: 'By trusted evidence only; null while there is none.',
  })
  readonly status!: string | null;

  @ApiProperty({
    type: String,
    enum: PAYMENT_STATUSES,
    nullable: true,
    description: 'The latest claim that nothing has confirmed or cleared yet.',
  })
  readonly reported!: string | null;

  @ApiProperty({
    ...money,
    description: 'What the payer paid; before there is money, what was asked for.',
  })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'What was asked for, where anything said so.' })
  readonly expected!: MoneyResource | null;

  @ApiProperty({
    ...money,
    description:
      'Received less expected: negative where too little came. Null until money has come and both are ' +
      'known. The received amount is what is booked.',
  })
  readonly difference!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'What the merchant is credited.' })
  readonly net!: MoneyResource | null;

  @ApiProperty(money)
  readonly fee!: MoneyResource | null;

  @ApiProperty(money)
  readonly tax!: MoneyResource | null;

  @ApiProperty(money)
  readonly refunded!: MoneyResource | null;

  @ApiProperty({ type: String, nullable: true })
  readonly method!: string | null;

  @ApiProperty({ type: String, nullable: true, description: "The provider's own code." })
  readonly failureCode!: string | null;

  @ApiProperty({ type: () => PaymentSettlementResource })
  readonly settlement!: PaymentSettlementResource;

  @ApiProperty({
    description:
      'False where nothing was told of the payment but its refunds: its own facts, the status among ' +
      'them, are null until something is.',
  })
  readonly isKnown!: boolean;

  @ApiProperty({ enum: FLAGS, isArray: true, description: 'What a person should know.' })
  readonly flags!: readonly string[];

  @ApiProperty({ type: 'integer', description: 'Counts the changes of this payment.' })
  readonly version!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "The provider's own time, in UTC.",
  })
  readonly occurredAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly firstRecordedAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt!: string;
}

export function paymentResource(row: PaymentEntity): PaymentResource {
  return {
    paymentId: row.paymentId,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    orderId: row.orderId,
    status: row.status,
    reported: row.reported,
    amount: moneyOf(row.amountMinor, row),
    expected: moneyOf(row.expectedMinor, row),
    difference: moneyOf(row.differenceMinor, row),
    net: moneyOf(row.netMinor, row),
    fee: moneyOf(row.feeMinor, row),
    tax: moneyOf(row.taxMinor, row),
    refunded: moneyOf(row.refundedMinor, row),
    method: row.method,
    failureCode: row.failureCode,
    settlement: {
      status: row.settlementStatus,
      settlementId: row.settlementId,
      batch: row.settlementBatch,
    },
    isKnown: !row.lastPosition.startsWith('-'),
    flags: row.flags,
    version: Number(row.version),
    occurredAt: row.occurredAt?.toISOString() ?? null,
    firstRecordedAt: row.firstRecordedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  };
}
