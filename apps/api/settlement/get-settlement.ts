import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty } from '@nestjs/swagger';
import { LINE_MATCHES, ReportLineReader } from '#read-models/queries/report-line-reader.js';
import { SettlementReader } from '#read-models/queries/settlement-reader.js';
import type { Refusal } from '../http/refusal.js';
import { PaymentResource, paymentResource } from '../payment/payment-resource.js';
import { RefundResource, refundResource } from '../payment/refund-resource.js';
import { PositionGate, type PositionWait } from '../position/position-gate.js';
import {
  LineMatchCountResource,
  SettlementLineResource,
  settlementLineResource,
} from './settlement-line-resource.js';
import { SettlementResource, settlementResource } from './settlement-resource.js';

/** Of each kind that one answer shows; the counts and sums are of all. */
const SHOWN_MAX = 100;

export class GetSettlement extends Query<SettlementWithPaymentsResource | Refusal> {
  readonly settlementId: string;
  readonly wait: PositionWait;

  constructor(settlementId: string, wait: PositionWait) {
    super();
    this.settlementId = settlementId;
    this.wait = wait;
  }
}

/** A settlement with its first payments, and the first lines of its report. */
export class SettlementWithPaymentsResource extends SettlementResource {
  @ApiProperty({
    type: () => [PaymentResource],
    description: `The first ${SHOWN_MAX}, by id; \`/v1/payments?settlementId=\` walks all.`,
  })
  readonly payments!: readonly PaymentResource[];

  @ApiProperty({ type: () => [RefundResource], description: `The first ${SHOWN_MAX}, by id.` })
  readonly refunds!: readonly RefundResource[];

  @ApiProperty({
    type: () => [SettlementLineResource],
    description: `The first ${SHOWN_MAX} lines of its report.`,
  })
  readonly lines!: readonly SettlementLineResource[];

  @ApiProperty({ type: () => [LineMatchCountResource], description: 'Of all its lines.' })
  readonly matches!: readonly LineMatchCountResource[];

  @ApiProperty({ description: 'There are more payments, refunds or lines than are shown here.' })
  readonly isCut!: boolean;
}

@QueryHandler(GetSettlement)
export class GetSettlementHandler implements IQueryHandler<GetSettlement> {
  readonly #settlements: SettlementReader;
  readonly #reportLines: ReportLineReader;
  readonly #gate: PositionGate;

  constructor(settlements: SettlementReader, reportLines: ReportLineReader, gate: PositionGate) {
    this.#settlements = settlements;
    this.#reportLines = reportLines;
    this.#gate = gate;
  }

  async execute({
    settlementId,
    wait,
  }: GetSettlement): Promise<SettlementWithPaymentsResource | Refusal> {
    const refusal = await this.#gate.pass(wait);
    if (refusal !== null) return refusal;
    const [found, payments, refunds, lines, matches] = await Promise.all([
      this.#settlements.find(settlementId),
      this.#settlements.paymentsOf(settlementId, SHOWN_MAX + 1),
      this.#settlements.refundsOf(settlementId, SHOWN_MAX + 1),
      this.#reportLines.lines(settlementId, SHOWN_MAX + 1),
      this.#reportLines.matches(settlementId),
    ]);
    if (found === null) {
      return {
        refused: 'not-found',
        detail: `No payment and no report names a settlement ${settlementId}.`,
      };
    }
    return {
      ...settlementResource(found),
      payments: payments.slice(0, SHOWN_MAX).map(paymentResource),
      refunds: refunds.slice(0, SHOWN_MAX).map(refundResource),
      lines: lines.slice(0, SHOWN_MAX).map(settlementLineResource),
      matches: LINE_MATCHES.flatMap((match) => matches.filter((one) => one.match === match)),
      isCut: [payments, refunds, lines].some(({ length }) => length > SHOWN_MAX),
    };
  }
}
