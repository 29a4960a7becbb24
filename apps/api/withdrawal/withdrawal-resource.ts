import { ApiProperty } from '@nestjs/swagger';
import { FLAGS } from '#ledger/payment/flag.js';
import { WITHDRAWAL_STATUSES } from '#ledger/payment/payment-kind.js';
import type { PaymentEntity } from '#read-models/entities/payment.entity.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';

const money = { type: () => MoneyResource, nullable: true } as const;

/** Money that goes out of one provider account. */
export class WithdrawalResource {
  @ApiProperty({ format: 'uuid' })
  readonly withdrawalId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'tonder' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the withdrawal." })
  readonly reference!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Our own id, as the provider repeats it; null where it repeats none.',
  })
  readonly clientReference!: string | null;

  @ApiProperty({
    type: String,
    enum: WITHDRAWAL_STATUSES,
    nullable: true,
    description:
      'By trusted evidence only; null while there is none. `paid` may still become `returned`.',
  })
  readonly status!: string | null;

  @ApiProperty({
    type: String,
    enum: WITHDRAWAL_STATUSES,
    nullable: true,
    description: 'The latest claim that nothing has confirmed or cleared yet.',
  })
  readonly reported!: string | null;

  @ApiProperty({ ...money, description: 'What was asked to be paid out.' })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ ...money, description: 'What arrives, where the provider says so.' })
  readonly net!: MoneyResource | null;

  @ApiProperty(money)
  readonly fee!: MoneyResource | null;

  @ApiProperty(money)
  readonly tax!: MoneyResource | null;

  @ApiProperty({ type: String, nullable: true })
  readonly method!: string | null;

  @ApiProperty({ type: String, nullable: true, description: "The provider's own code." })
  readonly failureCode!: string | null;

  @ApiProperty({ enum: FLAGS, isArray: true, description: 'What a person should know.' })
  readonly flags!: readonly string[];

  @ApiProperty({ type: 'integer', description: 'Counts the changes of this withdrawal.' })
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

export function withdrawalResource(row: PaymentEntity): WithdrawalResource {
  return {
    withdrawalId: row.paymentId,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    clientReference: row.clientReference,
    status: row.status,
    reported: row.reported,
    amount: moneyOf(row.amountMinor, row),
    net: moneyOf(row.netMinor, row),
    fee: moneyOf(row.feeMinor, row),
    tax: moneyOf(row.taxMinor, row),
    method: row.method,
    failureCode: row.failureCode,
    flags: row.flags,
    version: Number(row.version),
    occurredAt: row.occurredAt?.toISOString() ?? null,
    firstRecordedAt: row.firstRecordedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  };
}
