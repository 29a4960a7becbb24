import { ApiProperty } from '@nestjs/swagger';
import { SUBSCRIPTION_STATUSES } from '#ledger/subscription/subscription.js';
import type { SubscriptionEntity } from '#read-models/entities/subscription.entity.js';
import { MoneyResource, moneyOf } from '../order/money-resource.js';
import { toldTime } from '../http/told-time.js';

const time = { type: String, format: 'date-time', nullable: true } as const;

/** A subscription as the latest trusted telling has it. Its charges are payments of their own. */
export class SubscriptionResource {
  @ApiProperty({ format: 'uuid' })
  readonly subscriptionId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'mintcash' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the subscription." })
  readonly reference!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Our own id, as the provider repeats it; null where it repeats none.',
  })
  readonly clientReference!: string | null;

  @ApiProperty({ enum: SUBSCRIPTION_STATUSES, description: 'By trusted evidence only.' })
  readonly status!: string;

  @ApiProperty({ type: () => MoneyResource, nullable: true, description: 'Of one charge.' })
  readonly amount!: MoneyResource | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Days between two charges.' })
  readonly intervalDays!: number | null;

  @ApiProperty(time)
  readonly currentPeriodStart!: string | null;

  @ApiProperty(time)
  readonly currentPeriodEnd!: string | null;

  @ApiProperty({ ...time, description: "The provider's own time, in UTC." })
  readonly occurredAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the log took what is told here.' })
  readonly recordedAt!: string;
}

export function subscriptionResource(row: SubscriptionEntity): SubscriptionResource {
  return {
    subscriptionId: row.subscriptionId,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    clientReference: row.clientReference,
    status: row.status,
    amount: moneyOf(row.amountMinor, row),
    intervalDays: row.intervalDays,
    currentPeriodStart: row.currentPeriodStart?.toISOString() ?? null,
    currentPeriodEnd: row.currentPeriodEnd?.toISOString() ?? null,
    occurredAt: toldTime(row.toldAt),
    recordedAt: row.recordedAt.toISOString(),
  };
}
