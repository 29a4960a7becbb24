import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#platform/logger.js';
import { ProblemError, type ProblemCode } from '#platform/problem.js';
import { isNothingFolded } from '#read-models/queries/nothing-folded.js';
import type { AllowedMethods } from './allowed-methods.js';
import { writeProblem } from './problem-writer.js';
import { NOTHING_FOLDED, RefusedError, type Refusal } from './refusal.js';

/** Turns whatever was thrown, by us, Nest or Fastify, into problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;
  readonly #allowedMethods: AllowedMethods;

  constructor(logger: Logger, allowedMethods: AllowedMethods) {
    this.#logger = logger;
    this.#allowedMethods = allowedMethods;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = this.#refusalOf(error, { request, reply });
    if (refusal.refused === 'internal') this.#logger.error({ err: error }, 'A request failed.');
    writeProblem({ request, reply }, refusal);
  }

  #refusalOf(
    error: unknown,
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  ): Refusal {
    if (error instanceof RefusedError) {
      void reply.headers(error.headers);
      return error.refusal;
    }
    if (error instanceof ProblemError) return refusalOfProblem(error);
    if (isNothingFolded(error)) return NOTHING_FOLDED;
    const status = statusOf(error);
    if (status === 404) {
      const methods = this.#allowedMethods.of(request.url);
      if (methods === null || methods.includes(request.method)) {
        return { refused: 'not-found', detail: 'There is nothing at this path.' };
      }
      void reply.header('allow', methods.join(', '));
      return { refused: 'method-not-allowed', detail: `The path has ${methods.join(', ')}.` };
    }
    return refusalOfStatus(status);
  }
}

/** The refusal for an error of the router or of the body parser. */
export function refusalOfStatus(status: number): Refusal {
  if (status === 413) return { refused: 'body-too-large', detail: 'The body is too large.' };
  const refused: ProblemCode = status >= 400 && status < 500 ? 'malformed-request' : 'internal';
  return {
    refused,
    detail:
      refused === 'internal' ? 'Something went wrong on our side.' : 'The request cannot be read.',
  };
}

function refusalOfProblem(error: ProblemError): Refusal {
  return {
    refused: error.code,
    detail: error.message,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
    ...(error.retryAfterSeconds === null ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return 500;
}
