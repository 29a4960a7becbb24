import { ApiProperty } from '@nestjs/swagger';
import { moneyToJson } from '#ledger/money.js';
import { LAYERS } from '#ledger/posting/posting.js';
import type { LedgerEntryEntity } from '#read-models/entities/ledger-entry.entity.js';
import { MoneyResource } from '../order/money-resource.js';

/** One leg that one event posted. */
export class EntryResource {
  @ApiProperty({ format: 'uuid' })
  readonly entryId!: string;

  @ApiProperty({ example: 'assets:provider:cobru-test' })
  readonly account!: string;

  @ApiProperty({ enum: ['debit', 'credit'] })
  readonly side!: string;

  @ApiProperty({ type: () => MoneyResource, description: 'Above zero on either side.' })
  readonly amount!: MoneyResource;

  @ApiProperty({ enum: LAYERS })
  readonly layer!: string;

  @ApiProperty({ example: 'success', description: 'Why it was posted, within its subject.' })
  readonly line!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why a leg of it is in suspense.' })
  readonly reason!: string | null;

  @ApiProperty({ format: 'date-time', description: "When it counts: the provider's time." })
  readonly effectiveAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "The provider's time where that lies in a period that was closed already.",
  })
  readonly toldAt!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When the log took what posted it.' })
  readonly recordedAt!: string;

  @ApiProperty({ format: 'uuid', description: 'The payment, withdrawal or refund.' })
  readonly subjectId!: string;

  @ApiProperty({ example: 'cobru-test/payment/abc', description: 'Its key in the log.' })
  readonly subject!: string;

  @ApiProperty({ format: 'uuid', description: 'What posted it, with the others of this event.' })
  readonly eventId!: string;

  @ApiProperty({ format: 'uuid', description: 'The record of the log that told the event.' })
  readonly observationId!: string;

  @ApiProperty({ type: 'integer' })
  readonly partition!: number;

  @ApiProperty({ pattern: '^[0-9]+$', description: 'Its place in the chain of the partition.' })
  readonly sequence!: string;

  @ApiProperty({ pattern: '^[0-9a-f]{64}$', description: 'What the chain is after it.' })
  readonly hash!: string;
}

export function entryResource(entry: LedgerEntryEntity): EntryResource {
  const minor = BigInt(entry.amountMinor);
  const { currency, exponent } = entry;
  return {
    entryId: entry.entryId,
    account: entry.ledgerAccount,
    side: minor < 0n ? 'credit' : 'debit',
    amount: moneyToJson({ minor: minor < 0n ? -minor : minor, currency, exponent }),
    layer: entry.layer,
    line: entry.line,
    reason: entry.reason,
    effectiveAt: entry.effectiveAt.toISOString(),
    toldAt: entry.toldAt?.toISOString() ?? null,
    recordedAt: entry.recordedAt.toISOString(),
    subjectId: entry.subjectId,
    subject: entry.subject,
    eventId: entry.eventId,
    observationId: entry.observationId,
    partition: entry.partition,
    sequence: entry.sequence,
    hash: entry.hash,
  };
}
