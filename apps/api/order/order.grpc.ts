import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { QueryBus } from '@nestjs/cqrs';
import { uuidV7 } from '#events/uuid.js';
import { ATTRIBUTES } from '#platform/attributes.js';
import type { Logger } from '#platform/logger.js';
import { isRequestId, withRequestId } from '#platform/request-id.js';
import { inSpan } from '#platform/tracing.js';
import { isNothingFolded } from '#read-models/queries/nothing-folded.js';
import type { Authenticator, Caller } from '../access/authenticator.js';
import { requireScope } from '../access/require-scope.js';
import { callError } from '../grpc/call-error.js';
import type { Order } from '../grpc/gen/cuadre/v1/order.js';
import type { GetOrderRequest, OrderServiceServer } from '../grpc/gen/cuadre/v1/order_service.js';
import { isRefusal, NOTHING_FOLDED, RefusedError, type Refusal } from '../http/refusal.js';
import { GetOrder, type OrderResource } from './get-order.js';
import { orderMessage } from './order-message.js';
import { ORDER_ID_LENGTH_MAX } from './order.controller.js';

export type OrderGrpcPorts = {
  readonly queries: QueryBus;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
};

type GetOrderCall = ServerUnaryCall<GetOrderRequest, Order>;

/** `cuadre.v1.OrderService`: a skin over the query handlers, as the REST controllers are. */
export class OrderGrpc {
  readonly #ports: OrderGrpcPorts;

  constructor(ports: OrderGrpcPorts) {
    this.#ports = ports;
  }

  get service(): OrderServiceServer {
    return { getOrder: (call, answer) => void this.#getOrder(call, answer) };
  }

  async #getOrder(call: GetOrderCall, answer: sendUnaryData<Order>): Promise<void> {
    const startedMs = performance.now();
    const caller = this.#ports.authenticator.authenticate(metadataText(call, 'authorization'));
    const sent = metadataText(call, 'x-request-id');
    const requestId = caller !== null && sent !== undefined && isRequestId(sent) ? sent : uuidV7();
    const options = {
      kind: 'server',
      root: true,
      attributes: { 'rpc.system.name': 'grpc' },
    } as const;
    await inSpan('cuadre.v1.OrderService/GetOrder', options, async (span) => {
      span.setAttribute(ATTRIBUTES.requestId, requestId);
      await withRequestId(requestId, async () => {
        const result = await this.#resultOf(call, caller);
        const code = isRefusal(result) ? result.refused : 'ok';
        this.#ports.logger.info(
          {
            method: 'cuadre.v1.OrderService/GetOrder',
            code,
            durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
            caller: caller?.tokenId ?? null,
          },
          'Answered.',
        );
        // A call that was cancelled, or is past its deadline, has been answered already.
        if (call.cancelled) return;
        if (isRefusal(result)) answer(callError(result, requestId));
        else answer(null, orderMessage(result));
      });
    });
  }

  /** Never throws: an exception in a gRPC handler would end the process. */
  async #resultOf(call: GetOrderCall, caller: Caller | null): Promise<OrderResource | Refusal> {
    try {
      const isTokenSent = metadataText(call, 'authorization') !== undefined;
      requireScope({ caller, isTokenSent }, 'read');
      const { orderId, minPosition } = call.request;
      const refusal = orderIdRefusal(orderId);
      if (refusal !== null) return refusal;
      const wait = { minPosition: minPosition ?? null, waitMsMax: leftMs(call) };
      return await this.#ports.queries.execute(new GetOrder(orderId, wait));
    } catch (error) {
      if (error instanceof RefusedError) return error.refusal;
      if (isNothingFolded(error)) return NOTHING_FOLDED;
      this.#ports.logger.error({ err: error }, 'A call failed.');
      return { refused: 'internal', detail: 'Something went wrong on our side.' };
    }
  }
}

function orderIdRefusal(orderId: string): Refusal | null {
  const isValid = new RegExp(`^[^\\u0000]{1,${ORDER_ID_LENGTH_MAX}}$`, 'u').test(orderId);
  if (isValid) return null;
  const detail = `order_id must be 1 to ${ORDER_ID_LENGTH_MAX} characters, without NUL.`;
  return { refused: 'invalid-parameter', detail };
}

/** Milliseconds until the call's deadline; infinite without one. */
function leftMs(call: GetOrderCall): number {
  const deadline = call.getDeadline();
  return (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now();
}

function metadataText(call: GetOrderCall, name: string): string | undefined {
  const [value] = call.metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
