import type { CallSkin } from '../grpc/call-skin.js';
import type { Order } from '../grpc/gen/cuadre/v1/order.js';
import type { GetOrderRequest, OrderServiceServer } from '../grpc/gen/cuadre/v1/order_service.js';
import { textRefusal } from '../grpc/request-rules.js';
import { GetOrder, type OrderResource } from './get-order.js';
import { orderMessage } from './order-message.js';
import { ORDER_ID_LENGTH_MAX } from './order.controller.js';

/** `cuadre.v1.OrderService`: a skin over the query handlers, as the REST controllers are. */
export function orderService(skin: CallSkin): OrderServiceServer {
  return {
    getOrder: skin.unary<GetOrderRequest, OrderResource, Order>({
      name: 'cuadre.v1.OrderService/GetOrder',
      query: ({ orderId }, wait) =>
        textRefusal('order_id', orderId, ORDER_ID_LENGTH_MAX) ?? new GetOrder(orderId, wait),
      message: orderMessage,
    }),
  };
}
