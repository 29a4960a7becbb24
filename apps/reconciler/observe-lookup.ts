import { InvariantError } from '#ledger/assert.js';
import type { Observation } from '#events/observation.js';
import { bodyDigest, seal, type KeyRing } from '#events/sealing.js';
import { uuidV7 } from '#events/uuid.js';
import type { LookupAnswer } from '#providers/provider.js';
import { providerOf } from '#providers/registry.js';
import type { LookupLease } from '#read-models/writes/lookup-leases.js';

const ROUTE = 'lookup';

/** The observation that a provider's answer becomes; also that it knows no such payment. */
export function observeLookup(
  lease: LookupLease,
  answer: LookupAnswer,
  made: {
    readonly nowMs: number;
    readonly requestId: string;
    readonly traceparent: string | null;
    readonly keyRing: KeyRing;
  },
): Observation {
  const { subject, account, asOf } = lease;
  const schema = providerOf(lease.provider)?.schemas.lookup ?? null;
  if (schema === null) throw new InvariantError(`${lease.provider} has no lookup.`);
  const id = uuidV7(made.nowMs);
  const context = { id, source: `/${account}/${ROUTE}`, subject };
  const { body } = answer;
  return {
    id,
    kind: 'lookup',
    account,
    route: ROUTE,
    subject,
    receivedAtMs: made.nowMs,
    schema,
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    requestId: made.requestId,
    providerTraceIds: answer.providerTraceIds,
    redactedQuery: null,
    headers: {},
    bodyType: answer.contentType,
    bodyDigest: bodyDigest(body, made.keyRing.digestKey),
    traceparent: made.traceparent,
    lookup: { asOf, askedAtMs: answer.askedAtMs },
    value: answer.value,
    sealed: body.length === 0 ? null : seal(body, context, made.keyRing.current(made.nowMs)),
  };
}
