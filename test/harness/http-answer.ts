import { expect } from 'vitest';
import { TOKENS, type ApiUnderTest } from './api.js';

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
};

export type Asking = {
  /** Null sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Sent as JSON; a text as it is. */
  readonly body?: unknown;
};

/** Asks the API under test, by default with a token that may read. */
export async function ask(
  { url }: Pick<ApiUnderTest, 'url'>,
  path: string,
  { token = TOKENS.read, headers = {}, method = 'GET', body }: Asking = {},
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(method === 'POST'
      ? { body: body === undefined ? '{}' : typeof body === 'string' ? body : JSON.stringify(body) }
      : {}),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** Problem details (RFC 9457) in every part, whoever wrote them. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code, type: `urn:cuadre:problem:${code}` });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body['requestId']).toBe(answer.headers.get('x-request-id'));
  expect(answer.body).toHaveProperty('traceId');
}
