import { getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEM_CONTENT_TYPE } from '#platform/problem.js';
import { ProblemResource } from './problem-responses.js';

const REFUSALS = {
  400: 'Malformed, or an event of the other environment.',
  401: 'The signature is missing or wrong.',
  404: 'There is no such source.',
  413: 'The body is too large.',
  415: 'The body is encoded.',
  429: 'Too many deliveries; see Retry-After.',
  503: 'Not durable: send it again; see Retry-After.',
} as const;

const RAW_BODY = { schema: { type: 'string', format: 'binary' } } as const;

/**
 * The webhook routes, which another app serves, beside Nest: declared here so that one document
 * describes the whole server.
 */
export const WEBHOOK_PATHS: OpenAPIObject['paths'] = {
  '/webhooks/{source}': {
    post: {
      operationId: 'receiveWebhook',
      summary: 'A delivery of a payment provider',
      tags: ['webhooks'],
      security: [],
      parameters: [
        {
          name: 'source',
          in: 'path',
          required: true,
          description: 'Name of the webhook source; each has its own verification.',
          schema: { type: 'string', pattern: '^[a-z0-9-]{1,60}$' },
        },
      ],
      requestBody: {
        required: true,
        description: 'The exact bytes count: signatures are over them.',
        content: { 'application/json': RAW_BODY, 'application/x-www-form-urlencoded': RAW_BODY },
      },
      responses: {
        200: {
          description: 'Durable: accepted, of an unknown type, or a duplicate.',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['status', 'requestId', 'position'],
                properties: {
                  status: { type: 'string', enum: ['accepted'] },
                  requestId: { type: 'string' },
                  position: { type: 'string', description: 'For `minPosition` of a read.' },
                },
              },
            },
          },
        },
        ...Object.fromEntries(
          Object.entries(REFUSALS).map(([status, description]) => [
            status,
            {
              description,
              content: {
                [PROBLEM_CONTENT_TYPE]: { schema: { $ref: getSchemaPath(ProblemResource) } },
              },
            },
          ]),
        ),
      },
    },
  },
};
