import { Metadata, status, type ServerErrorResponse } from '@grpc/grpc-js';
import type { ProblemCode } from '#platform/problem.js';
import type { Refusal } from '../http/refusal.js';

/** The one map from a refusal to its gRPC status; what is not listed is a defect of ours. */
const STATUSES: Partial<Readonly<Record<ProblemCode, status>>> = {
  'not-found': status.NOT_FOUND,
  'malformed-request': status.INVALID_ARGUMENT,
  'invalid-parameter': status.INVALID_ARGUMENT,
  'invalid-body': status.INVALID_ARGUMENT,
  'malformed-page-token': status.INVALID_ARGUMENT,
  'malformed-position': status.INVALID_ARGUMENT,
  'foreign-position': status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'rate-limited': status.RESOURCE_EXHAUSTED,
  'not-caught-up': status.UNAVAILABLE,
  'log-unavailable': status.UNAVAILABLE,
};

/** The error of a call; the trailing metadata has what a problem body has over HTTP. */
export function callError(refusal: Refusal, requestId: string): Partial<ServerErrorResponse> {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  metadata.set('x-error-code', refusal.refused);
  if (refusal.retryAfterSeconds !== undefined) {
    metadata.set('retry-after', String(refusal.retryAfterSeconds));
  }
  return {
    code: STATUSES[refusal.refused] ?? status.INTERNAL,
    details: asciiOnly(refusal.detail),
    metadata,
  };
}

/** Details quote ids of the caller's; a status message is percent-encoded, so it is kept short. */
function asciiOnly(text: string): string {
  return text.replaceAll(/[^\u0020-\u007e]/g, '?').slice(0, 500);
}
