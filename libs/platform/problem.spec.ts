import { expect, it } from 'vitest';
import { problem, PROBLEMS, ProblemError } from './problem.js';

it('is an RFC 9457 body with code, request and trace', () => {
  expect(
    problem('not-found', { detail: 'No order o-1.', requestId: 'r-1', traceId: 't-1' }),
  ).toEqual({
    type: 'urn:cuadre:problem:not-found',
    title: 'There is no such resource.',
    status: 404,
    detail: 'No order o-1.',
    instance: 'urn:cuadre:request:r-1',
    code: 'not-found',
    requestId: 'r-1',
    traceId: 't-1',
  });
});

it('has an error status and a kebab code for every entry', () => {
  for (const [code, { status }] of Object.entries(PROBLEMS)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
  }
});

it('carries the wait of a refusal that passes', () => {
  const error = new ProblemError('not-caught-up', { retryAfterSeconds: 1 });
  expect(error).toMatchObject({ code: 'not-caught-up', retryAfterSeconds: 1 });
});
