import { assuranceFromJSON, orderStatusFromJSON, type Order } from '../grpc/gen/cuadre/v1/order.js';
import { paymentStatusFromJSON, type Payment } from '../grpc/gen/cuadre/v1/payment.js';
import type { PaymentResource } from '../payment/payment-resource.js';
import type { OrderResource } from './get-order.js';

/** The REST resource as the protobuf message: the same members, the same meaning. */
export function orderMessage(order: OrderResource): Order {
  return {
    orderId: order.orderId,
    status: orderStatusFromJSON(enumName('ORDER_STATUS', order.status)),
    assurance: assuranceFromJSON(enumName('ASSURANCE', order.assurance)),
    reported: orderStatusFromJSON(enumName('ORDER_STATUS', order.reported)),
    paid: [...order.paid],
    refunded: [...order.refunded],
    flags: [...order.flags],
    payments: order.payments.map(paymentMessage),
    version: String(order.version),
    firstRecordedAt: order.firstRecordedAt,
    recordedAt: order.recordedAt,
  };
}

function paymentMessage(payment: PaymentResource): Payment {
  return {
    paymentId: payment.paymentId,
    account: payment.account,
    provider: payment.provider,
    reference: payment.reference,
    orderId: payment.orderId ?? undefined,
    status: paymentStatusFromJSON(enumName('PAYMENT_STATUS', payment.status)),
    reported: paymentStatusFromJSON(enumName('PAYMENT_STATUS', payment.reported)),
    amount: payment.amount ?? undefined,
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
  };
}

/** `ORDER_STATUS_PAID` of `paid`: what protobuf's style makes of a name. */
function enumName(prefix: string, value: string | null): string {
  return `${prefix}_${value?.toUpperCase() ?? 'UNSPECIFIED'}`;
}
