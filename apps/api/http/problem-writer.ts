import type { FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import { PROBLEM_CONTENT_TYPE, problem } from '#platform/problem.js';
import { findContext } from './request-context.js';
import type { Refusal } from './refusal.js';

/** Answers with problem details (RFC 9457), whichever part of the server refused. */
export function writeProblem(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  refusal: Refusal,
): void {
  const context = findContext(request);
  const requestId = context?.requestId ?? uuidV7();
  const spanContext = context?.span.spanContext();
  const traceId =
    spanContext === undefined || /^0+$/.test(spanContext.traceId) ? null : spanContext.traceId;
  const body = problem(refusal.refused, {
    detail: refusal.detail,
    requestId,
    traceId,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  });
  if (refusal.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(refusal.retryAfterSeconds));
  }
  void reply
    .status(body.status)
    .header('x-request-id', requestId)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(body));
}
