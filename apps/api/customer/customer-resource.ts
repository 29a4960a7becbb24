import { ApiProperty } from '@nestjs/swagger';
import { CUSTOMER_LEVELS } from '#ledger/customer/customer.js';
import type { CustomerEntity } from '#read-models/entities/customer.entity.js';
import { toldTime } from '../http/told-time.js';

/** How far a provider lets a customer go. Who that is stays with the provider. */
export class CustomerResource {
  @ApiProperty({ format: 'uuid' })
  readonly customerId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'conomy' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the customer." })
  readonly reference!: string;

  @ApiProperty({ enum: CUSTOMER_LEVELS, description: 'The latest; it may fall.' })
  readonly level!: string;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'The provider made the customer from a deposit; null where it does not say.',
  })
  readonly isAutoCreated!: boolean | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'How many documents the provider holds; null where it does not say.',
  })
  readonly documents!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "The provider's own time, in UTC.",
  })
  readonly occurredAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the log took what is told here.' })
  readonly recordedAt!: string;
}

export function customerResource(row: CustomerEntity): CustomerResource {
  return {
    customerId: row.customerId,
    account: row.account,
    provider: row.provider,
    reference: row.reference,
    level: row.level,
    isAutoCreated: row.isAutoCreated,
    documents: row.documents,
    occurredAt: toldTime(row.toldAt),
    recordedAt: row.recordedAt.toISOString(),
  };
}
