import { enumName } from '../grpc/enum-name.js';
import {
  paymentStatusFromJSON,
  settlementStatusFromJSON,
  type Payment,
} from '../grpc/gen/cuadre/v1/payment.js';
import { refundStatusFromJSON, type Refund } from '../grpc/gen/cuadre/v1/refund.js';
import type { PaymentResource } from './payment-resource.js';
import type { RefundResource } from './refund-resource.js';

/** The REST resource as the protobuf message: the same members, the same meaning. */
export function paymentMessage(
  payment: PaymentResource,
  refunds: readonly RefundResource[] = [],
): Payment {
  const { settlement } = payment;
  return {
    paymentId: payment.paymentId,
    account: payment.account,
    provider: payment.provider,
    reference: payment.reference,
    orderId: payment.orderId ?? undefined,
    status: paymentStatusFromJSON(enumName('PAYMENT_STATUS', payment.status)),
    reported: paymentStatusFromJSON(enumName('PAYMENT_STATUS', payment.reported)),
    amount: payment.amount ?? undefined,
    expected: payment.expected ?? undefined,
    difference: payment.difference ?? undefined,
    net: payment.net ?? undefined,
    fee: payment.fee ?? undefined,
    tax: payment.tax ?? undefined,
    refunded: payment.refunded ?? undefined,
    method: payment.method ?? undefined,
    failureCode: payment.failureCode ?? undefined,
    flags: [...payment.flags],
    version: String(payment.version),
    occurredAt: payment.occurredAt ?? undefined,
    firstRecordedAt: payment.firstRecordedAt,
    recordedAt: payment.recordedAt,
    settlement: {
      status: settlementStatusFromJSON(enumName('SETTLEMENT_STATUS', settlement.status)),
      settlementId: settlement.settlementId ?? undefined,
      batch: settlement.batch ?? undefined,
    },
    isKnown: payment.isKnown,
    refunds: refunds.map(refundMessage),
  };
}

export function refundMessage(refund: RefundResource): Refund {
  return {
    refundId: refund.refundId,
    paymentId: refund.paymentId ?? undefined,
    reference: refund.reference,
    status: refundStatusFromJSON(enumName('REFUND_STATUS', refund.status)),
    amount: refund.amount ?? undefined,
    failureCode: refund.failureCode ?? undefined,
    recordedAt: refund.recordedAt,
  };
}
