import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { request as requestHttp, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEMCONV } from './attributes.js';
import { inSpan } from './tracing.js';

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The path with `{names}` for what varies, e.g. `/cobru_detail/{url}`: names the span. */
  readonly urlTemplate?: string;
};

export type HttpAnswer = {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

/** Rejects with `HttpCallFailed` where there is no whole answer; every status is an answer. */
export type HttpCall = (request: HttpRequest) => Promise<HttpAnswer>;

export type HttpClientOptions = {
  readonly connectTimeoutMs?: number;
  /** Of one attempt, from the start to the last byte. */
  readonly totalTimeoutMs?: number;
  readonly bodyBytesMax?: number;
  /** Further attempts, for GET alone: after no answer, 429 and 5xx. Default 0. */
  readonly retryMax?: number;
  /** Upper bound of one pause, also of one that the answer's Retry-After asks for. */
  readonly pauseMsMax?: number;
  readonly connectionMax?: number;
};

export type HttpFailure = 'connect-timeout' | 'timeout' | 'too-large' | 'network';

/** The message names the host, never the path or the query. */
export class HttpCallFailed extends Error {
  override readonly name = 'HttpCallFailed';
  readonly reason: HttpFailure;
  constructor(message: string, options: { reason: HttpFailure; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.reason = options.reason;
  }
}

export type HttpClient = { readonly call: HttpCall; close(): void };

/**
 * Calls other people's servers. Not by `fetch`, whose connect time-out cannot be set: by node's own client,
 * which follows no redirect and decompresses nothing. Our trace context is not sent along.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const bounds = { ...DEFAULTS, ...options };
  const agentOptions = { keepAlive: true, maxSockets: bounds.connectionMax };
  const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  return {
    call: (request) => callWithRetries(request, bounds, agents),
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** The milliseconds that a Retry-After asks for (seconds or a date), or null. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

const DEFAULTS = {
  connectTimeoutMs: 2000,
  totalTimeoutMs: 10_000,
  bodyBytesMax: 1_048_576,
  retryMax: 0,
  pauseMsMax: 5000,
  connectionMax: 16,
} as const;

const PAUSE_MS = 100;

type Bounds = Required<HttpClientOptions>;
type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

async function callWithRetries(
  request: HttpRequest,
  bounds: Bounds,
  agents: Agents,
): Promise<HttpAnswer> {
  const attemptMax = request.method === 'GET' ? bounds.retryMax + 1 : 1;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce({ request, bounds, agents, attempt });
    const pauseMs = attempt < attemptMax ? pauseBefore(outcome, attempt, bounds) : null;
    if (pauseMs !== null) await sleep(pauseMs);
    else if ('failed' in outcome) throw outcome.failed;
    else return outcome;
  }
}

/** Null where the outcome is final. Full jitter; a wait longer than our bound is the caller's to plan. */
function pauseBefore(
  outcome: HttpAnswer | { readonly failed: HttpCallFailed },
  attempt: number,
  { pauseMsMax }: Bounds,
): number | null {
  const pauseMs = Math.random() * Math.min(pauseMsMax, PAUSE_MS * 2 ** attempt);
  if ('failed' in outcome) return outcome.failed.reason === 'too-large' ? null : pauseMs;
  if (outcome.status !== 429 && outcome.status < 500) return null;
  const askedMs = retryAfterMs(outcome.headers['retry-after'], Date.now());
  if (askedMs === null) return pauseMs;
  return askedMs > pauseMsMax ? null : askedMs + pauseMs;
}

type Attempt = {
  readonly request: HttpRequest;
  readonly bounds: Bounds;
  readonly agents: Agents;
  readonly attempt: number;
};

async function attemptOnce(
  attempt: Attempt,
): Promise<HttpAnswer | { readonly failed: HttpCallFailed }> {
  const { request } = attempt;
  const url = new URL(request.url);
  const name = `${request.method} ${request.urlTemplate ?? ''}`.trim();
  const attributes = {
    [SEMCONV.httpMethod]: request.method,
    [SEMCONV.serverAddress]: url.hostname,
    ...(url.port === '' ? {} : { [SEMCONV.serverPort]: Number(url.port) }),
    ...(request.urlTemplate === undefined ? {} : { [SEMCONV.urlTemplate]: request.urlTemplate }),
    ...(attempt.attempt === 1 ? {} : { [SEMCONV.httpResendCount]: attempt.attempt - 1 }),
  };
  try {
    return await inSpan(name, { kind: 'client', attributes }, async (span) => {
      const answer = await exchange(url, attempt);
      recordStatus(span, answer.status);
      return answer;
    });
  } catch (error) {
    if (error instanceof HttpCallFailed) return { failed: error };
    throw error;
  }
}

function recordStatus(span: Span, status: number): void {
  span.setAttribute(SEMCONV.httpStatus, status);
  if (status < 400) return;
  span.setAttribute(SEMCONV.errorType, String(status));
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function exchange(url: URL, { request, bounds, agents }: Attempt): Promise<HttpAnswer> {
  const isSecure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? requestHttps : requestHttp)(url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...lengthOf(request), ...request.headers },
      agent: isSecure ? agents.https : agents.http,
    });
    const fail = (reason: HttpFailure, cause?: unknown): void => {
      clearTimeout(total);
      clearTimeout(connect);
      const message = `${request.method} to ${url.host} failed: ${reason}.`;
      reject(new HttpCallFailed(message, { reason, cause }));
      outgoing.destroy();
    };
    const total = setTimeout(() => fail('timeout'), bounds.totalTimeoutMs);
    const connect = setTimeout(() => fail('connect-timeout'), bounds.connectTimeoutMs);
    outgoing.on('error', (cause) => fail('network', cause));
    outgoing.on('socket', (socket) => {
      // A kept connection is there already; it tells nothing.
      if (!socket.connecting) clearTimeout(connect);
      else socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connect));
    });
    outgoing.on('response', (incoming) => {
      clearTimeout(connect);
      readBody(incoming, bounds.bodyBytesMax)
        .then((body) => {
          clearTimeout(total);
          const status = incoming.statusCode ?? 0;
          return resolve({ status, headers: headersOf(incoming), body });
        })
        .catch((error: unknown) => fail(error === TOO_LARGE ? 'too-large' : 'network', error));
    });
    outgoing.end(request.body);
  });
}

const TOO_LARGE = new Error('The answer is larger than the bound.');

async function readBody(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > bytesMax) throw TOO_LARGE;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function lengthOf({ body }: HttpRequest): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
