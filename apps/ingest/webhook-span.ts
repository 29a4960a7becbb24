import { SpanStatusCode, type Span } from '@opentelemetry/api';
import type { EventLog } from '#event-log/event-log.js';
import type { Observation } from '#events/observation.js';
import { ATTRIBUTES, SEMCONV } from '#platform/attributes.js';
import { linkTo, startSpan } from '#platform/tracing.js';
import type { VerificationCheck } from '#providers/verification.js';
import type { Admission } from './admission.js';

const ROUTE = '/webhooks/{source}';

/** Always a trace of our own: a sender from outside must not choose it. */
export function startRequestSpan(): Span {
  return startSpan(`POST ${ROUTE}`, { kind: 'server', root: true });
}

/**
 * The trace context that the sender claims: a link once the sender is proven, before that a mere
 * attribute, since anybody could point at anybody's trace.
 */
export function joinSenderTrace({ span, headers }: Admission, check: VerificationCheck): void {
  const sent = headers['traceparent'];
  if (!span.isRecording() || typeof sent !== 'string') return;
  const link = linkTo(sent);
  if (link === null) return;
  if (check.verification.verdict === 'verified') span.addLink(link);
  else span.setAttribute('cuadre.sender.traceparent', sent.slice(0, 55));
}

export function endRequestSpan(
  { edge, span, requestId }: Admission,
  { outcome, status }: { readonly outcome: string; readonly status: number },
): void {
  if (span.isRecording()) {
    span.setAttributes({
      [SEMCONV.httpMethod]: 'POST',
      [SEMCONV.httpRoute]: ROUTE,
      [SEMCONV.httpStatus]: status,
      [SEMCONV.urlPath]: `/webhooks/${edge.source.name}`,
      [ATTRIBUTES.provider]: edge.account.provider,
      [ATTRIBUTES.account]: edge.account.id,
      [ATTRIBUTES.source]: edge.source.name,
      [ATTRIBUTES.requestId]: requestId,
      [ATTRIBUTES.outcome]: outcome,
    });
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

export function describeSend(span: Span, { topic }: EventLog, observation: Observation): void {
  if (!span.isRecording()) return;
  span.setAttributes({
    [SEMCONV.messagingOperation]: 'send',
    [SEMCONV.messagingOperationType]: 'send',
    [SEMCONV.messagingDestination]: topic,
    [ATTRIBUTES.observationId]: observation.id,
    [ATTRIBUTES.subject]: observation.subject,
    [ATTRIBUTES.requestId]: observation.requestId,
    [ATTRIBUTES.bodyDigest]: observation.bodyDigest,
  });
  const [traceId] = observation.providerTraceIds;
  if (traceId !== undefined) span.setAttribute(ATTRIBUTES.providerTraceId, traceId);
}
