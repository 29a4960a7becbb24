import { ApiProperty } from '@nestjs/swagger';
import { PAYMENT_STATUSES } from '#ledger/payment/payment-status.js';
import type { SettlementPart, SettlementRow } from '#read-models/queries/settlement-reader.js';
import { SettlementTotalResource, settlementTotals } from './settlement-totals.js';

export class StatusCountResource {
  @ApiProperty({ type: String, enum: PAYMENT_STATUSES, nullable: true })
  readonly status!: string | null;

  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly count!: number;
}

/** A batch that a provider pays out, as far as the payments say that name it. */
export class SettlementResource {
  @ApiProperty({ format: 'uuid' })
  readonly settlementId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty({ example: 'conomy' })
  readonly provider!: string;

  @ApiProperty({ description: "The provider's own id of the batch." })
  readonly batch!: string;

  @ApiProperty({
    enum: ['reported'],
    description: 'Reported: the provider names the batch; nothing says yet that it was paid out.',
  })
  readonly status!: string;

  @ApiProperty({ type: 'integer' })
  readonly paymentCount!: number;

  @ApiProperty({ type: 'integer', description: 'Refunds that the batch itself holds.' })
  readonly refundCount!: number;

  @ApiProperty({ type: () => [SettlementTotalResource], description: 'One for each currency.' })
  readonly totals!: readonly SettlementTotalResource[];

  @ApiProperty({ type: () => [StatusCountResource], description: 'Of its payments.' })
  readonly statuses!: readonly StatusCountResource[];

  @ApiProperty({
    format: 'date-time',
    description: 'When the log took the first record about any of its payments or refunds.',
  })
  readonly firstRecordedAt!: string;

  @ApiProperty({ format: 'date-time', description: 'And the last.' })
  readonly lastRecordedAt!: string;

  @ApiProperty({
    type: 'integer',
    description: "Seconds since `firstRecordedAt`, by the database's clock.",
  })
  readonly ageSeconds!: number;
}

export function settlementResource(row: SettlementRow): SettlementResource {
  const { parts } = row;
  const payments = parts.filter(({ kind }) => kind === 'payment');
  const byStatus = Map.groupBy(payments, ({ status }) => status);
  const times = (pick: (part: SettlementPart) => Date): readonly number[] =>
    parts.map((part) => pick(part).getTime());
  return {
    settlementId: row.settlementId,
    account: row.account,
    provider: row.provider,
    batch: row.batch,
    status: 'reported',
    paymentCount: countOf(payments),
    refundCount: countOf(parts.filter(({ kind }) => kind === 'refund')),
    totals: settlementTotals(parts),
    statuses: [...byStatus].map(([status, own]) => ({ status, count: countOf(own) })),
    firstRecordedAt: new Date(Math.min(...times((part) => part.firstRecordedAt))).toISOString(),
    lastRecordedAt: new Date(Math.max(...times((part) => part.lastRecordedAt))).toISOString(),
    ageSeconds: Math.max(...parts.map(({ ageSeconds }) => ageSeconds)),
  };
}

function countOf(parts: readonly SettlementPart[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}
