import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import { problem, PROBLEM_CONTENT_TYPE } from '#platform/problem.js';
import { writeProblem } from './http/problem-writer.js';
import { refusalOfStatus } from './http/problem.filter.js';

/** Longer than the longest id that is answered with a reason, percent-encoded. */
const PARAMETER_LENGTH_MAX = 2_048;

/** Settings of the main HTTP server that the API needs, for its `FastifyAdapter`. */
export const apiServerOptions = {
  logger: false,
  routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
  /** The router refuses a malformed URL before any hook or filter sees it. */
  frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply): void =>
    writeProblem({ request, reply }, refusalOfStatus(400)),
  clientErrorHandler: (_error: Error, socket: Socket): void => {
    if (socket.writable) socket.end(unreadableAnswer());
    else socket.destroy();
  },
} as const;

/** For what is no HTTP request at all: there is nothing but the socket to answer on. */
function unreadableAnswer(): string {
  const requestId = uuidV7();
  const body = JSON.stringify(
    problem('malformed-request', { detail: 'This is not HTTP that can be read.', requestId }),
  );
  return [
    'HTTP/1.1 400 Bad Request',
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
