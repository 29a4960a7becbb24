export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Problem details (RFC 9457). Clients branch on `code`; `detail` is free to change. */
export type Problem = {
  /** `urn:cuadre:problem:{code}`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** `urn:cuadre:request:{requestId}`, or null without a request. */
  readonly instance: string | null;
  readonly code: ProblemCode;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly errors?: readonly FieldError[];
};

/** `pointer` says where: `/query/pageSize`, `/path/orderId`, `/body/amount`; clients branch on `code`. */
export type FieldError = {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
};

export type ProblemOptions = {
  /** Never a stack, SQL, a host name or a payload. */
  readonly detail?: string;
  readonly requestId?: string | null;
  readonly traceId?: string | null;
  readonly errors?: readonly FieldError[];
};

export function problem(code: ProblemCode, options: ProblemOptions = {}): Problem {
  const { status, title } = PROBLEMS[code];
  const requestId = options.requestId ?? null;
  return {
    type: `urn:cuadre:problem:${code}`,
    title,
    status,
    detail: options.detail ?? title,
    instance: requestId === null ? null : `urn:cuadre:request:${requestId}`,
    code,
    requestId,
    traceId: options.traceId ?? null,
    ...(options.errors === undefined ? {} : { errors: options.errors }),
  };
}

/** Thrown at the HTTP edge alone (guards, pipes, controllers); the exception filter answers with it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;
  /** For the Retry-After header. */
  readonly retryAfterSeconds: number | null;
  constructor(code: ProblemCode, options: ProblemErrorOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

export type ProblemErrorOptions = {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
};

/** The one map from a code to its HTTP answer. */
export const PROBLEMS = {
  'not-found': { status: 404, title: 'There is no such resource.' },
  'malformed-request': { status: 400, title: 'The request cannot be read.' },
  'invalid-parameter': { status: 400, title: 'A parameter is not valid.' },
  'invalid-body': { status: 400, title: 'The body is not valid.' },
  unauthenticated: { status: 401, title: 'A valid bearer token is required.' },
  forbidden: { status: 403, title: 'The token does not have the scope that this needs.' },
  'unknown-source': { status: 404, title: 'There is no such webhook source.' },
  'wrong-environment': { status: 400, title: 'The event belongs to another environment.' },
  'bad-signature': { status: 401, title: 'The signature is missing or wrong.' },
  'body-too-large': { status: 413, title: 'The body is too large.' },
  'unsupported-encoding': { status: 415, title: 'The content encoding is not supported.' },
  'rate-limited': { status: 429, title: 'Too many requests.' },
  'log-unavailable': { status: 503, title: 'The log cannot take the record just now.' },
  'malformed-position': { status: 400, title: 'The position token cannot be read.' },
  'malformed-page-token': { status: 400, title: 'The page token cannot be used here.' },
  'foreign-position': { status: 400, title: 'The position token belongs to another log.' },
  'not-caught-up': { status: 503, title: 'The read model has not reached the position yet.' },
  'original-destroyed': { status: 410, title: 'The key of this original was destroyed.' },
  'original-not-authentic': { status: 500, title: 'The sealed original is not authentic.' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method.' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time.' },
  'expectation-failed': { status: 417, title: 'What the request expects cannot be met.' },
  'headers-too-large': { status: 431, title: 'The head of the request is too large.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;
