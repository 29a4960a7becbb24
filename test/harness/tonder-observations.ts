import { eventIdOf, subjectIdOf } from '#events/ids.js';
import { trustOf, type Observation, type Verification } from '#events/observation.js';
import { subjectKey, unkeyedKey, type SubjectKind } from '#events/subject.js';
import type { PaymentDetails } from '#ledger/payment/payment-fact.js';
import { emptyPayment } from '#ledger/payment/payment-state.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { mayConfirm } from '#ledger/trust.js';
import { joined } from '#projection/fold-payments.js';
import type { Account } from '#providers/account.js';
import { encodeFacts } from '#providers/facts.js';
import type { Extraction, Interpretation, ProviderEvent } from '#providers/provider.js';
import { readJsonBody } from '#providers/read-body.js';
import { TONDER_LOOKUP_MEMBERS } from '#providers/tonder/profile.js';
import { tonder } from '#providers/tonder/tonder.js';

const account: Account = {
  id: 'mx',
  provider: 'tonder',
  environment: 'test',
  sources: [],
  api: null,
};
const BEARER: Verification = { mode: 'static', keyId: 's1', verdict: 'verified' };
const NO_LOOKUP = { asOf: 0n, askedAtMs: 0 };

const BLANK: Omit<Observation, 'kind' | 'schema' | 'subject' | 'value' | 'verification'> = {
  id: '0197c0de-0000-7000-8000-000000000001',
  account: account.id,
  route: account.id,
  receivedAtMs: 0,
  requestId: 'request',
  providerTraceIds: [],
  redactedQuery: null,
  headers: {},
  bodyType: 'application/json',
  bodyDigest: 'd1:digest',
  traceparent: null,
  lookup: null,
  sealed: null,
};

/** A delivery to the Tonder account `mx`, given as text or as an object to be written as JSON. */
export function extractTonderBody(body: string | object): Extraction {
  return tonder.extractWebhook({
    account,
    route: account.id,
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType: 'application/json',
    query: { ignored: 'canary' },
  });
}

/** As the edge would append it, by default with the source's credential. */
export function observeTonder(
  body: string | object,
  verification: Verification = BEARER,
): Observation {
  const extraction = extractTonderBody(body);
  const named = extraction.readable ? extraction.subject : null;
  return {
    ...BLANK,
    kind: 'webhook',
    schema: tonder.schemas.webhook,
    subject: (named && subjectKey(named)) ?? unkeyedKey(account.id, 'digest'),
    verification,
    value: extraction.value,
  };
}

/** As the reconciler would append an answer; null is a 404. */
export function observeTonderAnswer(
  answer: object | null,
  subject: { readonly kind: SubjectKind; readonly reference: string },
  lookup: NonNullable<Observation['lookup']> = NO_LOOKUP,
): Observation {
  const read = readJsonBody(Buffer.from(JSON.stringify(answer ?? {})), TONDER_LOOKUP_MEMBERS);
  if ('refused' in read) throw new Error(read.refused);
  const query = new Map([['status', answer === null ? '404' : '200']]);
  return {
    ...BLANK,
    id: `lookup-${lookup.asOf}-${lookup.askedAtMs}`,
    kind: 'lookup',
    schema: tonder.schemas.lookup ?? tonder.schemas.webhook,
    subject: subjectKey({ account: account.id, ...subject }) ?? '',
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup,
    value: encodeFacts({ body: answer === null ? null : read.facts, query }),
  };
}

export function interpretTonderBody(
  body: string | object,
  verification?: Verification,
): Interpretation {
  return tonder.interpret(observeTonder(body, verification), 1);
}

export function tonderEventOf(observation: Observation): ProviderEvent {
  const interpretation = tonder.interpret(observation, 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

export function tonderFactOf(observation: Observation): PaymentDetails {
  const { tells } = tonderEventOf(observation);
  if (tells.about !== 'payment' || tells.fact === null) throw new Error('It is no payment.');
  return tells.fact;
}

/** What readers see after these observations of one subject, in this order. */
export function tonderViewOf(observations: readonly Observation[]): PaymentView {
  const state = observations.reduce((before, observation, index) => {
    const trust = trustOf(observation);
    const event = tonderEventOf(observation);
    const scope = mayConfirm(trust) ? 'trusted' : 'untrusted';
    return joined(
      before,
      {
        kind: 'event',
        observation,
        trust,
        event,
        eventId: eventIdOf(observation.subject, { scope, ...event }),
        subjectId: subjectIdOf(observation.subject),
      },
      { position: BigInt(index), recordedAtMs: index },
    );
  }, emptyPayment);
  return viewPayment(state);
}
