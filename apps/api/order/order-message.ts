import { enumName } from '../grpc/enum-name.js';
import { assuranceFromJSON, orderStatusFromJSON, type Order } from '../grpc/gen/cuadre/v1/order.js';
import { paymentMessage } from '../payment/payment-message.js';
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
    difference: [...order.difference],
    flags: [...order.flags],
    payments: order.payments.map((payment) => paymentMessage(payment)),
    version: String(order.version),
    firstRecordedAt: order.firstRecordedAt,
    recordedAt: order.recordedAt,
  };
}
