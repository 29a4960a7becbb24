import { isPaymentStatus } from '#ledger/payment/payment-kind.js';
import type { CallSkin } from '../grpc/call-skin.js';
import { enumWord } from '../grpc/enum-name.js';
import type {
  GetPaymentRequest,
  ListPaymentsRequest,
  ListPaymentsResponse,
  PaymentServiceServer,
} from '../grpc/gen/cuadre/v1/payment_service.js';
import type { Payment } from '../grpc/gen/cuadre/v1/payment.js';
import {
  firstRefusal,
  pageOf,
  pageRefusal,
  textRefusal,
  uuidRefusal,
} from '../grpc/request-rules.js';
import type { Refusal } from '../http/refusal.js';
import { ORDER_ID_LENGTH_MAX } from '../order/order.controller.js';
import { ACCOUNT_LENGTH_MAX, REFERENCE_LENGTH_MAX } from '../page/account-page-query.js';
import type { PositionWait } from '../position/position-gate.js';
import { GetPayment, type PaymentWithRefundsResource } from './get-payment.js';
import { ListPayments, type PaymentListResource } from './list-payments.js';
import { paymentMessage } from './payment-message.js';

/** `cuadre.v1.PaymentService`: a skin over the query handlers, as the REST controllers are. */
export function paymentService(skin: CallSkin): PaymentServiceServer {
  return {
    getPayment: skin.unary<GetPaymentRequest, PaymentWithRefundsResource, Payment>({
      name: 'cuadre.v1.PaymentService/GetPayment',
      query: ({ paymentId }, wait) =>
        uuidRefusal('payment_id', paymentId) ?? new GetPayment(paymentId.toLowerCase(), wait),
      message: (payment) => paymentMessage(payment, payment.refunds),
    }),
    listPayments: skin.unary<ListPaymentsRequest, PaymentListResource, ListPaymentsResponse>({
      name: 'cuadre.v1.PaymentService/ListPayments',
      query: listQuery,
      message: ({ items, nextPageToken }) => ({
        payments: items.map((payment) => paymentMessage(payment)),
        nextPageToken,
      }),
    }),
  };
}

function listQuery(request: ListPaymentsRequest, wait: PositionWait): ListPayments | Refusal {
  const { account, reference, orderId, settlementId } = request;
  const status = enumWord('PAYMENT_STATUS', request.status);
  const refusal = firstRefusal(
    pageRefusal(request),
    textRefusal('account', account, ACCOUNT_LENGTH_MAX),
    textRefusal('reference', reference, REFERENCE_LENGTH_MAX),
    textRefusal('order_id', orderId, ORDER_ID_LENGTH_MAX),
    uuidRefusal('settlement_id', settlementId),
    status === null || isPaymentStatus(status)
      ? null
      : { refused: 'invalid-parameter', detail: 'status is not known.' },
  );
  if (refusal !== null) return refusal;
  const filter = {
    account: account ?? null,
    reference: reference ?? null,
    orderId: orderId ?? null,
    settlementId: settlementId?.toLowerCase() ?? null,
    status,
  };
  return new ListPayments(filter, pageOf(request), wait);
}
