import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.js';
import { prettyLogStream } from './pretty-log-stream.js';
import { currentRequestId } from './request-id.js';
import { currentSpanContext } from './tracing.js';

export type { Logger };

export type LoggerOptions = {
  /** Names the process in every line. */
  readonly service?: string;
  /** Default stdout. */
  readonly stream?: DestinationStream;
};

/**
 * JSON lines. A line made inside a span carries `trace_id` and `span_id`, one made inside a request its
 * `requestId`. Log ids, never payloads; the redact list is the second wall.
 */
export function createLogger(
  config: Pick<Config, 'logging'>,
  { service = 'cuadre', stream }: LoggerOptions = {},
): Logger {
  const target = stream ?? process.stdout;
  return pino(
    {
      level: config.logging.level,
      base: { service, pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
      serializers: { err: serializeError },
      mixin: currentFields,
    },
    config.logging.isPretty ? prettyLogStream(target) : target,
  );
}

/** Members whose values are never written, at the top of a line and up to two levels down. */
const REDACTED_NAMES = [
  'authorization',
  'Authorization',
  'cookie',
  'set-cookie',
  'x-signature',
  'signature',
  'password',
  'secret',
  'secrets',
  'token',
  'tokens',
  'apiKey',
  'api_key',
  'api-key',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'credentials',
  'connectionString',
  'body',
  'payload',
  'rawBody',
  'email',
  'cardNumber',
  'card_number',
  'pan',
  'cvv',
] as const;

const REDACTED_PATHS = REDACTED_NAMES.flatMap((name) => [
  `["${name}"]`,
  `*["${name}"]`,
  `*.*["${name}"]`,
]);

function currentFields(): Record<string, string> {
  const fields: Record<string, string> = {};
  const span = currentSpanContext();
  if (span !== null) {
    fields['trace_id'] = span.traceId;
    fields['span_id'] = span.spanId;
  }
  const requestId = currentRequestId();
  if (requestId !== null) fields['requestId'] = requestId;
  return fields;
}

/** Class, message, stack and cause, and nothing that a driver hangs on an error: pg adds row values. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) };
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
