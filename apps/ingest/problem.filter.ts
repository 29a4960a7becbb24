import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { uuidV7 } from '#events/uuid.js';
import { PROBLEM_CONTENT_TYPE, problem, PROBLEMS, type ProblemCode } from '#platform/problem.js';

/** Problem details for whatever is asked of the edge beside its routes; the path is not repeated. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const requestId = uuidV7();
    const code = codeOf(statusOf(error));
    void host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .code(PROBLEMS[code].status)
      .headers({ 'content-type': PROBLEM_CONTENT_TYPE, 'x-request-id': requestId })
      .send(JSON.stringify(problem(code, { requestId })));
  }
}

function codeOf(status: number): ProblemCode {
  if (status === 404) return 'not-found';
  if (status === 413) return 'body-too-large';
  return status >= 400 && status < 500 ? 'malformed-request' : 'internal';
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number') {
    return error.statusCode;
  }
  return 500;
}
