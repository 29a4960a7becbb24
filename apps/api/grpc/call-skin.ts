import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { Query, QueryBus } from '@nestjs/cqrs';
import { uuidV7 } from '#events/uuid.js';
import { ATTRIBUTES } from '#platform/attributes.js';
import type { Logger } from '#platform/logger.js';
import { isRequestId, withRequestId } from '#platform/request-id.js';
import { inSpan } from '#platform/tracing.js';
import { isNothingFolded } from '#read-models/queries/nothing-folded.js';
import type { Authenticator, Caller } from '../access/authenticator.js';
import { requireScope } from '../access/require-scope.js';
import { isRefusal, NOTHING_FOLDED, RefusedError, type Refusal } from '../http/refusal.js';
import type { PositionWait } from '../position/position-gate.js';
import { callError } from './call-error.js';

export type CallPorts = {
  readonly queries: QueryBus;
  readonly authenticator: Authenticator;
  readonly logger: Logger;
};

/** One method: how its request becomes a query, and what the query answers a message. */
export type CallMethod<Request, Resource extends object, Message> = {
  /** `cuadre.v1.OrderService/GetOrder` */
  readonly name: string;
  readonly query: (request: Request, wait: PositionWait) => Query<Resource | Refusal> | Refusal;
  readonly message: (resource: Resource) => Message;
};

/**
 * What every unary call has around its query: who asks, request id, span, access line, and refusals as
 * statuses. The query handlers are those of the REST controllers.
 */
export class CallSkin {
  readonly #ports: CallPorts;

  constructor(ports: CallPorts) {
    this.#ports = ports;
  }

  unary<Request extends { readonly minPosition?: string | undefined }, Resource extends object, M>(
    method: CallMethod<Request, Resource, M>,
  ): (call: ServerUnaryCall<Request, M>, answer: sendUnaryData<M>) => void {
    return (call, answer) => void this.#answer(method, call, answer);
  }

  async #answer<Request extends { readonly minPosition?: string | undefined }, R extends object, M>(
    method: CallMethod<Request, R, M>,
    call: ServerUnaryCall<Request, M>,
    answer: sendUnaryData<M>,
  ): Promise<void> {
    const startedMs = performance.now();
    const caller = this.#ports.authenticator.authenticate(metadataText(call, 'authorization'));
    const sent = metadataText(call, 'x-request-id');
    const requestId = caller !== null && sent !== undefined && isRequestId(sent) ? sent : uuidV7();
    const options = {
      kind: 'server',
      root: true,
      attributes: { 'rpc.system.name': 'grpc' },
    } as const;
    await inSpan(method.name, options, async (span) => {
      span.setAttribute(ATTRIBUTES.requestId, requestId);
      await withRequestId(requestId, async () => {
        const result = await this.#resultOf(method, call, caller);
        this.#ports.logger.info(
          {
            method: method.name,
            code: 'refusal' in result ? result.refusal.refused : 'ok',
            durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
            caller: caller?.tokenId ?? null,
          },
          'Answered.',
        );
        // A call that was cancelled, or is past its deadline, has been answered already.
        if (call.cancelled) return;
        if ('refusal' in result) answer(callError(result.refusal, requestId));
        else answer(null, result.message);
      });
    });
  }

  /** Never throws: an exception in a gRPC handler would end the process. */
  async #resultOf<
    Request extends { readonly minPosition?: string | undefined },
    Resource extends object,
    M,
  >(
    method: CallMethod<Request, Resource, M>,
    call: ServerUnaryCall<Request, M>,
    caller: Caller | null,
  ): Promise<{ readonly message: M } | { readonly refusal: Refusal }> {
    try {
      const isTokenSent = metadataText(call, 'authorization') !== undefined;
      requireScope({ caller, isTokenSent }, 'read');
      const minPosition = call.request.minPosition ?? null;
      const query = method.query(call.request, { minPosition, waitMsMax: leftMs(call) });
      if (isRefusal(query)) return { refusal: query };
      const resource = await this.#ports.queries.execute(query);
      return isRefusal(resource) ? { refusal: resource } : { message: method.message(resource) };
    } catch (error) {
      if (error instanceof RefusedError) return { refusal: error.refusal };
      if (isNothingFolded(error)) return { refusal: NOTHING_FOLDED };
      this.#ports.logger.error({ err: error }, 'A call failed.');
      return {
        refusal: { refused: 'internal', detail: 'Something went wrong on our side.' },
      };
    }
  }
}

type AnyCall = Pick<ServerUnaryCall<unknown, unknown>, 'getDeadline' | 'metadata'>;

/** Milliseconds until the call's deadline; infinite without one. */
function leftMs(call: AnyCall): number {
  const deadline = call.getDeadline();
  return (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now();
}

function metadataText(call: AnyCall, name: string): string | undefined {
  const [value] = call.metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
