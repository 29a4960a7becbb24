import { ApiProperty } from '@nestjs/swagger';
import { PAYMENT_STATUSES } from '#ledger/payment/payment-status.js';
import type { SettlementPart, SettlementRow } from '#read-models/queries/settlement-reader.js';
import { moneyToJson } from '#ledger/money.js';
import { MoneyResource } from '../order/money-resource.js';
import { SettlementTotalResource, settlementTotals } from './settlement-totals.js';

export class StatusCountResource {
  @ApiProperty({ type: String, enum: PAYMENT_STATUSES, nullable: true })
  readonly status!: string | null;

  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly count!: number;
}

/** What a provider pays out: as far as the payments say that name it, and the report with its name. */
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
    enum: ['reported', 'paid_out'],
    description:
      'Reported: the provider names the batch, or a report does. Paid out: the lines of the report with ' +
      'its name match what is due for every movement in it; where they name none, one is a payout.',
  })
  readonly status!: string;

  @ApiProperty({ type: 'integer', description: 'Lines of the report with its name.' })
  readonly lineCount!: number;

  @ApiProperty({
    type: () => [MoneyResource],
    description: 'What those lines come to, one for each currency.',
  })
  readonly lineTotals!: readonly MoneyResource[];

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
  const { parts, lines } = row;
  const payments = parts.filter(({ kind }) => kind === 'payment');
  const byStatus = Map.groupBy(payments, ({ status }) => status);
  const told = [...parts, ...lines];
  const times = (pick: (part: Pick<SettlementPart, RecordedAt>) => Date): readonly number[] =>
    told.map((part) => pick(part).getTime());
  return {
    settlementId: row.settlementId,
    account: row.account,
    provider: row.provider,
    batch: row.batch,
    status: statusOf(row),
    lineCount: countOf(lines),
    lineTotals: lineTotals(lines),
    paymentCount: countOf(payments),
    refundCount: countOf(parts.filter(({ kind }) => kind === 'refund')),
    totals: settlementTotals(parts),
    statuses: [...byStatus].map(([status, own]) => ({ status, count: countOf(own) })),
    firstRecordedAt: new Date(Math.min(...times((part) => part.firstRecordedAt))).toISOString(),
    lastRecordedAt: new Date(Math.max(...times((part) => part.lastRecordedAt))).toISOString(),
    ageSeconds: Math.max(...told.map(({ ageSeconds }) => ageSeconds)),
  };
}

type RecordedAt = 'firstRecordedAt' | 'lastRecordedAt';

function statusOf({ parts, lines }: SettlementRow): string {
  // A payout is for all that is open, which says nothing of the movements that lines beside it name.
  const isOfMovements = lines.some(({ movementCount }) => movementCount > 0);
  if (!isOfMovements) return lines.some(({ type }) => type === 'payout') ? 'paid_out' : 'reported';
  const isMatched = lines.every(({ unmatchedCount }) => unmatchedCount === 0);
  const isCovered = parts.every(({ count, paidOutCount }) => count === paidOutCount);
  return isMatched && isCovered ? 'paid_out' : 'reported';
}

function lineTotals(lines: SettlementRow['lines']): readonly MoneyResource[] {
  const byCurrency = Map.groupBy(lines, ({ currency, exponent }) => `${currency} ${exponent}`);
  return [...byCurrency.values()].flatMap((own) => {
    const [like] = own;
    if (like === undefined) return [];
    const minor = own.reduce((sum, part) => sum + BigInt(part.minor), 0n);
    return moneyToJson({ minor, currency: like.currency, exponent: like.exponent });
  });
}

function countOf(parts: readonly Pick<SettlementPart, 'count'>[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}
