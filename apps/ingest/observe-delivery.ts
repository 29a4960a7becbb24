import type { Observation, Verification } from '#events/observation.js';
import { bodyDigest, seal, type KeyRing } from '#events/sealing.js';
import { subjectKey, unkeyedKey } from '#events/subject.js';
import type { Extraction } from '#providers/provider.js';
import type { Admission } from './admission.js';
import { keepHeaders } from './kept-headers.js';
import { redactQuery } from './webhook-query.js';

/** The observation that a delivery becomes: its facts, and its exact bytes sealed. */
export function observeDelivery(
  { edge, requestId, receivedAtMs, query, headers }: Admission,
  body: Buffer,
  read: {
    readonly verification: Verification;
    readonly extraction: Extraction;
    readonly traceparent: string | null;
    readonly keyRing: KeyRing;
  },
): Observation {
  const { account, source, provider } = edge;
  const { extraction, keyRing } = read;
  // One request is one observation: an id for both costs one index less.
  const id = requestId;
  const digest = bodyDigest(body, keyRing.digestKey);
  const subject =
    keyOf(extraction) ?? unkeyedKey(account.id, digest.slice(digest.indexOf(':') + 1));
  const context = { id, source: `/${account.id}/${source.name}`, subject };
  const { kept, bodyType, providerTraceIds } = keepHeaders(headers, edge);
  return {
    id,
    kind: 'webhook',
    account: account.id,
    route: source.name,
    subject,
    receivedAtMs,
    schema: provider.schemas.webhook,
    verification: read.verification,
    requestId,
    providerTraceIds:
      extraction.readable && extraction.providerTraceIds.length > 0
        ? [...new Set([...providerTraceIds, ...extraction.providerTraceIds])]
        : providerTraceIds,
    redactedQuery: redactQuery(query, source.verification, extraction.value),
    headers: kept,
    bodyType,
    bodyDigest: digest,
    traceparent: read.traceparent,
    lookup: null,
    value: extraction.value,
    sealed: body.length === 0 ? null : seal(body, context, keyRing.current(receivedAtMs)),
  };
}

function keyOf(extraction: Extraction): string | null {
  if (!extraction.readable || extraction.subject === null) return null;
  return subjectKey(extraction.subject);
}
