import { ApiProperty } from '@nestjs/swagger';
import { ORDER_STATUSES } from '#ledger/order/order.js';
import { FLAGS } from '#ledger/payment/flag.js';
import type { OrderEntity } from '#read-models/entities/order.entity.js';
import { MoneyResource } from './money-resource.js';

/** An order without its payments, as lists answer it. */
export class OrderSummaryResource {
  @ApiProperty({ description: "The merchant's own id of the order." })
  readonly orderId!: string;

  @ApiProperty({ enum: ORDER_STATUSES, description: 'By trusted evidence only.' })
  readonly status!: string;

  @ApiProperty({
    enum: ['reported', 'confirmed'],
    description: 'Does the status rest on trusted evidence, or is there nothing but claims?',
  })
  readonly assurance!: string;

  @ApiProperty({
    type: String,
    enum: ORDER_STATUSES,
    nullable: true,
    description: 'What the order would be if the outstanding claims were true; null without any.',
  })
  readonly reported!: string | null;

  @ApiProperty({
    type: () => [MoneyResource],
    description: 'Confirmed and not refunded, one member for each currency.',
  })
  readonly paid!: readonly MoneyResource[];

  @ApiProperty({ type: () => [MoneyResource] })
  readonly refunded!: readonly MoneyResource[];

  @ApiProperty({
    type: () => [MoneyResource],
    description: 'Received less expected, of the payments of which both are known.',
  })
  readonly difference!: readonly MoneyResource[];

  @ApiProperty({ enum: FLAGS, isArray: true, description: 'What a person should know.' })
  readonly flags!: readonly string[];

  @ApiProperty({
    type: 'integer',
    description: 'Sums the versions of every payment ever attributed to the order.',
  })
  readonly version!: number;

  @ApiProperty({ format: 'date-time' })
  readonly firstRecordedAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly recordedAt!: string;
}

type Amounts = {
  readonly paid: readonly MoneyResource[];
  readonly refunded: readonly MoneyResource[];
  readonly difference: readonly MoneyResource[];
};

export function orderSummary(row: OrderEntity): OrderSummaryResource {
  // Our own column: the fold wrote it with `moneyToJson`.
  const { paid, refunded, difference } = JSON.parse(row.amounts) as Amounts;
  return {
    orderId: row.orderId,
    status: row.status,
    assurance: row.assurance,
    reported: row.reported,
    paid,
    refunded,
    difference,
    flags: row.flags,
    version: Number(row.version),
    firstRecordedAt: row.firstRecordedAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
  };
}
