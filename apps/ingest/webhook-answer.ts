import { PROBLEM_CONTENT_TYPE, PROBLEMS, problem } from '#platform/problem.js';

/** An answer to a webhook, for any HTTP server. */
export type WebhookAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What a delivery can be refused for. */
export const REFUSAL_CODES = [
  'unknown-source',
  'bad-signature',
  'rate-limited',
  'body-too-large',
  'unsupported-encoding',
  'wrong-environment',
  'method-not-allowed',
  'malformed-request',
  'request-timeout',
  'expectation-failed',
  'log-unavailable',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Durable: `position` is what a reader waits for to see it. */
export function acceptedAnswer({
  requestId,
  position,
}: {
  readonly requestId: string;
  readonly position: string;
}): WebhookAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    // Both are made by us of characters that need no escape.
    body: `{"status":"accepted","requestId":"${requestId}","position":"${position}"}`,
  };
}

/** Nothing was kept, and the sender is not to try again. */
export function ignoredAnswer({
  requestId,
  reason,
}: {
  readonly requestId: string;
  readonly reason: string;
}): WebhookAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'x-request-id': requestId },
    body: JSON.stringify({ status: 'ignored', reason, requestId }),
  };
}

/** The same bytes for everybody, apart from the request's id: a refusal tells nothing else. */
export function refusalAnswer(
  code: RefusalCode,
  { requestId, retryAfterMs }: { readonly requestId: string; readonly retryAfterMs?: number },
): WebhookAnswer {
  return {
    status: PROBLEMS[code].status,
    headers: {
      'content-type': PROBLEM_CONTENT_TYPE,
      'x-request-id': requestId,
      ...(retryAfterMs === undefined ? {} : { 'retry-after': retryAfterSeconds(retryAfterMs) }),
    },
    body: templates.get(code)?.join(requestId) ?? '',
  };
}

function retryAfterSeconds(retryAfterMs: number): string {
  return String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
}

const PLACE_OF_ID = '#request-id#';

const templates = new Map(
  REFUSAL_CODES.map((code) => {
    const text = JSON.stringify(problem(code, { requestId: PLACE_OF_ID }));
    return [code, text.split(PLACE_OF_ID)] as const;
  }),
);
