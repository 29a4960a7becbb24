import { enumName } from '../grpc/enum-name.js';
import { paymentStatusFromJSON, settlementStatusFromJSON } from '../grpc/gen/cuadre/v1/payment.js';
import {
  lineMatchFromJSON,
  type Settlement,
  type SettlementLine,
  type SettlementTotal,
} from '../grpc/gen/cuadre/v1/settlement.js';
import { paymentMessage, refundMessage } from '../payment/payment-message.js';
import type { SettlementWithPaymentsResource } from './get-settlement.js';
import type { SettlementLineResource } from './settlement-line-resource.js';
import type { SettlementResource } from './settlement-resource.js';
import type { SettlementTotalResource } from './settlement-totals.js';

/** The REST resource as the protobuf message: the same members, the same meaning. */
export function settlementMessage(settlement: SettlementResource): Settlement {
  return {
    settlementId: settlement.settlementId,
    account: settlement.account,
    provider: settlement.provider,
    batch: settlement.batch,
    status: settlementStatusFromJSON(enumName('SETTLEMENT_STATUS', settlement.status)),
    paymentCount: settlement.paymentCount,
    refundCount: settlement.refundCount,
    totals: settlement.totals.map(totalMessage),
    statuses: settlement.statuses.map(({ status, count }) => ({
      status: paymentStatusFromJSON(enumName('PAYMENT_STATUS', status)),
      count,
    })),
    firstRecordedAt: settlement.firstRecordedAt,
    lastRecordedAt: settlement.lastRecordedAt,
    ageSeconds: String(settlement.ageSeconds),
    payments: [],
    refunds: [],
    isCut: false,
    lineCount: settlement.lineCount,
    lineTotals: [...settlement.lineTotals],
    lines: [],
    matches: [],
  };
}

export function settlementWithPaymentsMessage(
  settlement: SettlementWithPaymentsResource,
): Settlement {
  return {
    ...settlementMessage(settlement),
    payments: settlement.payments.map((payment) => paymentMessage(payment)),
    refunds: settlement.refunds.map(refundMessage),
    isCut: settlement.isCut,
    lines: settlement.lines.map(lineMessage),
    matches: settlement.matches.map(({ match, count }) => ({
      match: lineMatchFromJSON(enumName('LINE_MATCH', match)),
      count,
    })),
  };
}

function lineMessage(line: SettlementLineResource): SettlementLine {
  return {
    line: line.line,
    type: line.type,
    reference: line.reference ?? undefined,
    movementId: line.movementId ?? undefined,
    amount: line.amount,
    paidAt: line.paidAt,
    match: lineMatchFromJSON(enumName('LINE_MATCH', line.match)),
    orderId: line.orderId ?? undefined,
    due: line.due ?? undefined,
    rest: line.rest ?? undefined,
  };
}

function totalMessage(total: SettlementTotalResource): SettlementTotal {
  return {
    currency: total.currency,
    gross: total.gross ?? undefined,
    fee: total.fee ?? undefined,
    tax: total.tax ?? undefined,
    net: total.net ?? undefined,
    refunded: total.refunded ?? undefined,
    refunds: total.refunds ?? undefined,
  };
}
