import { ApiProperty } from '@nestjs/swagger';
import { LineMatchCountResource } from './settlement-line-resource.js';

/** What became of a report. */
export class ImportedSettlementResource {
  @ApiProperty({ format: 'uuid', description: 'A report is a settlement of its account.' })
  readonly settlementId!: string;

  @ApiProperty({ description: 'The provider account.' })
  readonly account!: string;

  @ApiProperty()
  readonly report!: string;

  @ApiProperty({ type: 'integer' })
  readonly lineCount!: number;

  @ApiProperty({ type: 'integer', description: 'Told before with the same facts: no effect.' })
  readonly alreadyKnown!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Told before with other facts: recorded as a conflict, never booked a second time.',
  })
  readonly conflicting!: number;

  @ApiProperty({ type: [String], description: 'The first of those lines, 20 at most.' })
  readonly conflictingLines!: readonly string[];

  @ApiProperty({
    type: () => [LineMatchCountResource],
    description: 'How its lines fit what is known by now, once they are booked.',
  })
  readonly matches!: readonly LineMatchCountResource[];

  @ApiProperty({
    type: [String],
    description:
      'The first lines in another currency than the movement that they name, 20 at most.',
  })
  readonly otherCurrencyLines!: readonly string[];

  @ApiProperty({ description: 'It was only checked.' })
  readonly isDryRun!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Reads take it as `minPosition`. Null where it was only checked.',
  })
  readonly position!: string | null;
}
