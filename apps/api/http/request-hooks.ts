import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import { ATTRIBUTES, SEMCONV } from '#platform/attributes.js';
import type { Logger } from '#platform/logger.js';
import type { Metrics } from '#platform/metrics.js';
import { isRequestId, withRequestId } from '#platform/request-id.js';
import { currentTraceId, parseTraceparent, startSpan, withSpan } from '#platform/tracing.js';
import type { Caller, Authenticator } from '../access/authenticator.js';
import { bindContext, findContext, type RequestContext } from './request-context.js';

export type RequestHookPorts = {
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly metrics: Metrics;
};

/** Webhook routes have a pipeline of their own, with their own request ids, spans and metrics. */
const WEBHOOKS = '/webhooks/';
const UNMATCHED_ROUTE = 'unmatched';

/**
 * Around every request of the API: request id, caller, span, duration and one line of access log. Hooks
 * rather than a Nest interceptor, because a request that a guard or the router refuses counts as well.
 */
export function addRequestHooks(server: FastifyInstance, ports: RequestHookPorts): void {
  server.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith(WEBHOOKS)) {
      done();
      return;
    }
    const started = startContext(request, ports.authenticator);
    bindContext(request, started);
    reply.header('x-request-id', started.requestId);
    withSpan(started.span, () => withRequestId(started.requestId, done));
  });
  server.addHook('onResponse', (request, reply, done) => {
    const started = findContext(request);
    if (started !== null) {
      withSpan(started.span, () =>
        withRequestId(started.requestId, () => finish({ request, reply, started }, ports)),
      );
    }
    done();
  });
}

/** `/v1/orders/{orderId}` of the route that matched: never the path itself, which holds ids. */
export function routeOf(request: FastifyRequest): string {
  const template = request.is404 ? undefined : request.routeOptions.url;
  return template?.replaceAll(/:(\w+)/g, '{$1}') ?? UNMATCHED_ROUTE;
}

function startContext(request: FastifyRequest, authenticator: Authenticator): RequestContext {
  const { authorization, traceparent } = request.headers;
  const caller = authenticator.authenticate(authorization);
  const requestId = acceptedRequestId(request.headers['x-request-id'], caller) ?? uuidV7();
  const route = routeOf(request);
  // A trace from outside is continued for callers whom we know; others do not choose ours.
  const parent =
    caller === null || typeof traceparent !== 'string' ? null : parseTraceparent(traceparent);
  const start = () =>
    startSpan(`${request.method} ${route}`, {
      kind: 'server',
      root: parent === null,
      attributes: {
        [SEMCONV.httpMethod]: request.method,
        [SEMCONV.httpRoute]: route,
        [ATTRIBUTES.requestId]: requestId,
      },
    });
  const span =
    parent === null ? start() : context.with(trace.setSpanContext(context.active(), parent), start);
  return {
    requestId,
    caller,
    isTokenSent: authorization !== undefined,
    span,
    startedMs: performance.now(),
  };
}

function acceptedRequestId(
  sent: string | string[] | undefined,
  caller: Caller | null,
): string | null {
  return caller !== null && typeof sent === 'string' && isRequestId(sent) ? sent : null;
}

type Finished = {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly started: RequestContext;
};

function finish(
  { request, reply, started }: Finished,
  { logger, metrics }: RequestHookPorts,
): void {
  const durationMs = performance.now() - started.startedMs;
  const route = routeOf(request);
  const code = reply.statusCode;
  metrics.httpDuration.observe(
    { route, method: request.method, code: String(code) },
    durationMs / 1_000,
  );
  started.span.setAttribute(SEMCONV.httpStatus, code);
  if (code >= 500) {
    started.span.setAttribute(SEMCONV.errorType, String(code));
    started.span.setStatus({ code: SpanStatusCode.ERROR });
  }
  logger.info(
    {
      method: request.method,
      route,
      status: code,
      durationMs: Math.round(durationMs * 10) / 10,
      caller: started.caller?.tokenId ?? null,
      traceId: currentTraceId(),
    },
    'Answered.',
  );
  started.span.end();
}
