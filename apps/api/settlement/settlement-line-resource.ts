import { ApiProperty } from '@nestjs/swagger';
import { parseSubjectKey } from '#events/subject.js';
import { moneyToJson } from '#ledger/money.js';
import { REPORT_LINE_TYPES } from '#ledger/payment/report-line.js';
import { LINE_MATCHES, type ReportLineRow } from '#read-models/queries/report-line-reader.js';
import { MoneyResource } from '../order/money-resource.js';

/** A line of a settlement report, and how it fits what is known. */
export class SettlementLineResource {
  @ApiProperty()
  readonly line!: string;

  @ApiProperty({ enum: REPORT_LINE_TYPES })
  readonly type!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'transaction/69e0df45b604159c5b8ba5a9',
    description: 'What it is for, as `kind/id`; null where it names nothing.',
  })
  readonly reference!: string | null;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Of the payment, the withdrawal or the refund that it names, known or not.',
  })
  readonly movementId!: string | null;

  @ApiProperty({ type: () => MoneyResource, description: 'Below zero where it is taken back.' })
  readonly amount!: MoneyResource;

  @ApiProperty({ format: 'date-time' })
  readonly paidAt!: string;

  @ApiProperty({
    enum: LINE_MATCHES,
    description:
      '`matched`: its movement is paid out to the unit. `amount_differs`: the lines of its movement do ' +
      'not come to what is due. `unknown_movement`: nothing but reports tells of it. `no_movement`: the ' +
      'line names none.',
  })
  readonly match!: string;
}

export class LineMatchCountResource {
  @ApiProperty({ enum: LINE_MATCHES })
  readonly match!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly count!: number;
}

export function settlementLineResource(row: ReportLineRow): SettlementLineResource {
  const { line, type, movementId, currency, exponent, match } = row;
  return {
    line,
    type,
    reference: row.subject === null ? null : referenceOf(row.subject),
    movementId,
    amount: moneyToJson({ minor: BigInt(row.amountMinor), currency, exponent }),
    paidAt: row.paidAt.toISOString(),
    match,
  };
}

function referenceOf(subject: string): string {
  const { kind, reference } = parseSubjectKey(subject);
  return `${kind}/${reference}`;
}
