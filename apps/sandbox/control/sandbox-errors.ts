import {
  Catch,
  HttpException,
  ValidationPipe,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { problem, PROBLEM_CONTENT_TYPE, ProblemError } from '#platform/problem.js';

/** Every bad member is named; what is not asked for is refused. */
export function requestValidation(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (failures) =>
      new ProblemError('invalid-body', {
        errors: failures.flatMap(({ property, constraints }) =>
          Object.entries(constraints ?? {}).map(([code, detail]) => ({
            pointer: `/${property}`,
            code,
            detail,
          })),
        ),
      }),
  });
}

/** The sandbox's own errors are problem details; those of a played provider keep its shape. */
@Catch()
export class SandboxErrors implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    // A played fault has cut the connection.
    if (reply.raw.destroyed) return;
    if (error instanceof HttpException) {
      reply.status(error.getStatus()).send(error.getResponse());
      return;
    }
    const known = error instanceof ProblemError ? error : new ProblemError('internal');
    const body = problem(known.code, {
      detail: known.message,
      ...(known.errors === undefined ? {} : { errors: known.errors }),
    });
    if (known.retryAfterSeconds !== null) reply.header('retry-after', known.retryAfterSeconds);
    reply.status(body.status).type(PROBLEM_CONTENT_TYPE).send(JSON.stringify(body));
  }
}
