import type { Span } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../access/authenticator.js';

/** What is known of a request from its first hook on. */
export type RequestContext = {
  readonly requestId: string;
  /** Null where no known token was sent. */
  readonly caller: Caller | null;
  readonly isTokenSent: boolean;
  readonly span: Span;
  readonly startedMs: number;
};

const contexts = new WeakMap<object, RequestContext>();

export function bindContext(request: FastifyRequest, context: RequestContext): void {
  contexts.set(request.raw, context);
}

/** Null before the first hook ran: the router refuses a malformed URL before any hook. */
export function findContext(request: FastifyRequest): RequestContext | null {
  return contexts.get(request.raw) ?? null;
}

export function contextOf(request: FastifyRequest): RequestContext {
  const context = findContext(request);
  if (context === null) throw new Error('The request has no context: configureApi was not called.');
  return context;
}
