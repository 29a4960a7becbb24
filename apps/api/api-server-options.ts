import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import { answerUnreadable } from '#platform/unreadable-request.js';
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
  clientErrorHandler: (error: Error, socket: Socket): void =>
    answerUnreadable(error, { socket, requestId: uuidV7() }),
} as const;
