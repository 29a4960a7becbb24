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

  @ApiProperty({ type: String, nullable: true, description: 'The order of its payment.' })
  readonly orderId!: string | null;

  @ApiProperty({
    type: () => MoneyResource,
    nullable: true,
    description: 'What is due for its movement; null where that is not known.',
  })
  readonly due!: MoneyResource | null;

  @ApiProperty({
    type: () => MoneyResource,
    nullable: true,
    description:
      'How much of that no line covers yet; of the other sign where more came than is due.',
  })
  readonly rest!: MoneyResource | null;
}

export class LineMatchCountResource {
  @ApiProperty({ enum: LINE_MATCHES })
  readonly match!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly count!: number;
}

export function settlementLineResource(row: ReportLineRow): SettlementLineResource {
  const { line, type, movementId, currency, exponent, match, orderId } = row;
  const moneyOf = (minor: string): MoneyResource =>
    moneyToJson({ minor: BigInt(minor), currency, exponent });
  return {
    line,
    type,
    reference: row.subject === null ? null : referenceOf(row.subject),
    movementId,
    amount: moneyOf(row.amountMinor),
    paidAt: row.paidAt.toISOString(),
    match,
    orderId,
    due: row.dueMinor === null ? null : moneyOf(row.dueMinor),
    rest: row.restMinor === null ? null : moneyOf(row.restMinor),
  };
}

function referenceOf(subject: string): string {
  const { kind, reference } = parseSubjectKey(subject);
  return `${kind}/${reference}`;
}
