import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import type { Logger } from '#platform/logger.js';
import { answerUnreadable, endWithProblem } from '#platform/unreadable-request.js';
import type { AcceptDelivery } from './accept-delivery.js';
import { sendLast } from './last-answer.js';
import { OpenBodies } from './open-bodies.js';
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
  /** Longer than the 60 s of the usual load balancers, so that it is they who close. */
  keepAliveTimeout: 65_000,
  http: {
    /** Counts from the connection on, also where nothing is ever sent. */
    headersTimeout: 10_000,
    /** How late the two time-outs may be. */
    connectionsCheckingInterval: 2_000,
    /** Request line and headers together. */
    maxHeaderSize: 16_384,
    // No host is told from another here, and Node's own refusal would have no body.
    requireHostHeader: false,
  },
  routerOptions: { maxParamLength: 2_048 },
  frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply): void =>
    void send(reply, refusalAnswer('malformed-request', { requestId: uuidV7() })),
  clientErrorHandler: (error: Error, socket: Socket): void =>
    answerUnreadable(error, { socket, requestId: uuidV7() }),
} as const;

/** Connections to the server that carries the route; more are closed as they come. */
const CONNECTIONS_MAX = 10_000;
/** Bytes of all bodies that are still on their way. */
const OPEN_BODIES_BYTES_MAX = 64 * 1_048_576;

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
  const ports = { ...options, open: new OpenBodies(OPEN_BODIES_BYTES_MAX) };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  fastify.route({
    method: 'POST',
    url: '/webhooks/:source',
    onRequest: (request, reply) => serve(request, reply, ports),
    handler: notAllowed,
  });
  fastify.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'],
    url: '/webhooks/:source',
    onRequest: notAllowed,
    handler: notAllowed,
  });
  guardServer(fastify.server);
  done();
}

type Ports = WebhookRoutesOptions & { readonly open: OpenBodies };

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  ports: Ports,
): Promise<FastifyReply> {
  const { acceptDelivery, logger } = ports;
  try {
    const answer = await answerTo(request, ports);
    if (answer === null) return reply.hijack();
    const { raw } = request;
    const { raw: response } = reply.hijack();
    if (isRestUnwanted(raw, { answer, acceptDelivery }))
      sendLast({ request: raw, response }, answer);
    else sendPast(response, answer);
    return reply;
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
  { acceptDelivery, open }: Ports,
): Promise<WebhookAnswer | null> {
  const { pathname, query } = splitUrl(raw.url ?? '');
  const admitted = acceptDelivery.admit({
    source: pathname.slice(pathname.lastIndexOf('/') + 1),
    query,
    headers: raw.headers,
  });
  if ('answer' in admitted) return admitted.answer;
  const body = await readRequestBody(raw, { bytesMax: acceptDelivery.bodyLimitBytes, open });
  if ('bytes' in body) return acceptDelivery.accept(admitted.admission, body.bytes);
  if (body.refused === 'too-large') return acceptDelivery.refuseTooLarge(admitted.admission);
  if (body.refused === 'too-slow') return acceptDelivery.refuseTooSlow(admitted.admission);
  if (body.refused === 'too-fragmented') {
    return acceptDelivery.refuseTooFragmented(admitted.admission);
  }
  acceptDelivery.abandon(admitted.admission);
  return null;
}

/** Whether more of the body may follow than anybody should read to use the connection again. */
function isRestUnwanted(
  { headers, complete }: IncomingMessage,
  refused: { readonly answer: WebhookAnswer; readonly acceptDelivery: AcceptDelivery },
): boolean {
  if (complete) return false;
  if ([400, 408].includes(refused.answer.status) || headers['transfer-encoding'] !== undefined)
    return true;
  return Number(headers['content-length']) > refused.acceptDelivery.bodyLimitBytes;
}

async function notAllowed(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const answer = refusalAnswer('method-not-allowed', { requestId: uuidV7() });
  return send(reply.header('allow', 'POST'), answer);
}

function send(reply: FastifyReply, { status, headers, body }: WebhookAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** Without the reply's hooks and serialisers, of which an answer needs none. */
function sendPast(response: ServerResponse, { status, headers, body }: WebhookAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function splitUrl(url: string): { readonly pathname: string; readonly query: string } {
  const start = url.indexOf('?');
  return start === -1
    ? { pathname: url, query: '' }
    : { pathname: url.slice(0, start), query: url.slice(start + 1) };
}

/** What Node's server does by itself, and without a word to the sender, is given an answer. */
function guardServer(server: Server): void {
  server.maxConnections = CONNECTIONS_MAX;
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = refusalAnswer('expectation-failed', { requestId: uuidV7() });
    response.writeHead(status, { ...headers, connection: 'close' }).end(body);
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    endWithProblem('method-not-allowed', { socket, requestId: uuidV7() }),
  );
}
