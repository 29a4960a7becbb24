import { encodeObservation } from '#events/envelope.js';
import type { Observation } from '#events/observation.js';
import type { LogRecord } from '#events/record.js';
import { bodyDigest, type KeyRing } from '#events/sealing.js';
import { uuidV7 } from '#events/uuid.js';
import { currentTraceparent } from '#platform/tracing.js';

/** Who has the books changed, by which request. */
export type OperatorCall = {
  readonly requestId: string;
  /** The start of the token's digest: it says which token, and is none. */
  readonly tokenId: string | null;
};

/** A record of the log that says what an operator did. The facts hold no free text. */
export function operatorRecord(
  act: Pick<Observation, 'kind' | 'account' | 'subject' | 'schema'> & {
    readonly facts: Readonly<Record<string, string | null>>;
  },
  {
    call,
    keyRing,
    nowMs,
  }: { readonly call: OperatorCall; readonly keyRing: KeyRing; readonly nowMs: number },
): LogRecord {
  const { facts, ...rest } = act;
  const value = Buffer.from(JSON.stringify({ body: facts, query: {} }));
  return encodeObservation({
    ...rest,
    id: uuidV7(),
    route: act.kind,
    receivedAtMs: nowMs,
    verification: { mode: 'api', keyId: call.tokenId, verdict: 'verified' },
    requestId: call.requestId,
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: null,
    bodyDigest: bodyDigest(value, keyRing.digestKey),
    traceparent: currentTraceparent(),
    lookup: null,
    value,
    sealed: null,
  });
}
