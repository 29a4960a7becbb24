import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { FieldErrorResource, ProblemResource } from './problem-responses.js';
import { WEBHOOK_PATHS } from './webhook-paths.js';

const API_VERSION = '1';

/** OpenAPI 3.1 of everything that the main server answers, from the code. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Cuadre')
    .setDescription(
      'An event-sourced payment ledger: webhooks of payment providers in, the state of orders and ' +
        'payments out. Errors are problem details (RFC 9457); every answer carries `x-request-id`.',
    )
    .setVersion(API_VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemResource, FieldErrorResource],
  });
  return { ...document, paths: { ...document.paths, ...WEBHOOK_PATHS } };
}
