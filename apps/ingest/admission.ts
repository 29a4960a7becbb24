import type { Span } from '@opentelemetry/api';
import type { RequestHeaders, VerificationCheck } from '#providers/verification.js';
import type { SourceEdge } from './source-directory.js';
import type { WebhookQuery } from './webhook-query.js';

/** A request that has passed everything that can be asked before its body is read. */
export type Admission = {
  readonly edge: SourceEdge;
  /** uuid v7, made by us: a sender from outside does not choose it. */
  readonly requestId: string;
  readonly receivedAtMs: number;
  /** On the monotonic clock. */
  readonly startedAtMs: number;
  readonly query: WebhookQuery;
  readonly headers: RequestHeaders;
  /** Final, but for sources with signatures. */
  readonly credential: VerificationCheck;
  readonly span: Span;
};
