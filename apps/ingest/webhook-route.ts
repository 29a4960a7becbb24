import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import type { Logger } from '#platform/logger.js';
import type { AcceptDelivery } from './accept-delivery.js';
import { readRequestBody } from './read-request-body.js';
import { refusalAnswer, type WebhookAnswer } from './webhook-answer.js';

/**
 * Settings of the HTTP server that webhooks come in by, against slow and oversized senders. For the
 * `FastifyAdapter` of whichever process carries the route.
 */
export const webhookServerOptions = {
  logger: false,
  /** A sender has this long for its whole request. */
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
} as const;

export type WebhookRoutesOptions = {
  readonly acceptDelivery: AcceptDelivery;
  readonly logger: Logger;
};

/**
 * `POST /webhooks/{source}` as a Fastify plugin of its own. Everything happens in the first hook of the
 * route, before Fastify would parse anything: it refuses content types that it does not know or cannot
 * read, and a provider that sends once would lose its delivery by that.
 */
export function webhookRoutes(
  fastify: FastifyInstance,
  options: WebhookRoutesOptions,
  done: () => void,
): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  fastify.route({
    method: 'POST',
    url: '/webhooks/:source',
    onRequest: (request, reply) => serve(request, reply, options),
    handler: notAllowed,
  });
  fastify.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: '/webhooks/:source',
    onRequest: notAllowed,
    handler: notAllowed,
  });
  done();
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  { acceptDelivery, logger }: WebhookRoutesOptions,
): Promise<FastifyReply> {
  try {
    const answer = await answerTo(request, acceptDelivery);
    return answer === null ? reply.hijack() : send(reply, answer);
  } catch (error) {
    // A defect of ours: the sender is asked to come back, and never told that it was wrong.
    const requestId = uuidV7();
    logger.error({ err: error, requestId }, 'A webhook request failed.');
    return send(reply, refusalAnswer('log-unavailable', { requestId, retryAfterMs: 1_000 }));
  }
}

/** Null where the sender went away. */
async function answerTo(
  { raw }: FastifyRequest,
  acceptDelivery: AcceptDelivery,
): Promise<WebhookAnswer | null> {
  const { pathname, query } = splitUrl(raw.url ?? '');
  const admitted = acceptDelivery.admit({
    source: pathname.slice(pathname.lastIndexOf('/') + 1),
    query,
    headers: raw.headers,
  });
  if ('answer' in admitted) return admitted.answer;
  const body = await readRequestBody(raw, acceptDelivery.bodyLimitBytes);
  if ('bytes' in body) return acceptDelivery.accept(admitted.admission, body.bytes);
  if (body.refused === 'too-large') return acceptDelivery.refuseTooLarge(admitted.admission);
  acceptDelivery.abandon(admitted.admission);
  return null;
}

async function notAllowed(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const answer = refusalAnswer('method-not-allowed', { requestId: uuidV7() });
  return send(reply.header('allow', 'POST'), answer);
}

function send(reply: FastifyReply, { status, headers, body }: WebhookAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

function splitUrl(url: string): { readonly pathname: string; readonly query: string } {
  const start = url.indexOf('?');
  return start === -1
    ? { pathname: url, query: '' }
    : { pathname: url.slice(0, start), query: url.slice(start + 1) };
}
