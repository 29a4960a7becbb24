import { BadRequestException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Authenticator } from './access/authenticator.js';
import type { ApiDependencies } from './api-dependencies.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { ProblemFilter } from './http/problem.filter.js';
import { addRequestHooks } from './http/request-hooks.js';
import { describeApi } from './openapi/describe-api.js';
import { ApiDescription } from './system/api-description.js';

/** The one route that takes a file. */
const IMPORTS = '/v1/settlements/imports';

/**
 * Completes an application that holds `ApiModule`, before it listens: request ids, spans and access log
 * around every route but the webhooks, problem details for whatever is refused, and the description of
 * all routes. The adapter is to be made with `apiServerOptions`.
 */
export function configureApi(
  app: NestFastifyApplication,
  { logger, metrics }: Pick<ApiDependencies, 'logger' | 'metrics'>,
): void {
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addContentTypeParser('text/csv', { parseAs: 'string' }, (request, text, done) => {
    if (request.routeOptions.url === IMPORTS) done(null, text);
    else done(new BadRequestException());
  });
  addRequestHooks(server, { authenticator: app.get(Authenticator), logger, metrics });
  const document = describeApi(app);
  app.get(ApiDescription).publish(document);
  app.useGlobalFilters(new ProblemFilter(logger, new AllowedMethods(document.paths)));
}
