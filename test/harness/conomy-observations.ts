import type { Observation, Verification } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import type { PaymentDetails } from '#ledger/payment/payment-fact.js';
import type { Account } from '#providers/account.js';
import { conomy } from '#providers/conomy/conomy.js';
import type { Extraction, Interpretation, ProviderEvent } from '#providers/provider.js';

/** Extracts and interprets Conomy's deliveries as ingest and the projector do. */

export const CONOMY_ACCOUNT: Account = {
  id: 'conomy',
  provider: 'conomy',
  environment: 'test',
  sources: [],
  api: null,
};

export const SIGNED: Verification = { mode: 'hmac', keyId: 's1', verdict: 'verified' };

/** What an observation of Conomy has beside its subject and its facts. */
export const BLANK_CONOMY: Omit<Observation, 'subject' | 'value'> = {
  id: '0197c0de-0000-7000-8000-000000000001',
  kind: 'webhook',
  account: CONOMY_ACCOUNT.id,
  route: 'conomy',
  receivedAtMs: 0,
  schema: conomy.schemas.webhook,
  verification: SIGNED,
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

export function extractConomyBody(body: object | string): Extraction {
  return conomy.extractWebhook({
    account: CONOMY_ACCOUNT,
    route: 'conomy',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType: 'application/json',
    query: { ignored: 'canary' },
  });
}

export function observeConomy(body: object | string, verification = SIGNED): Observation {
  const extraction = extractConomyBody(body);
  const named = extraction.readable ? extraction.subject : null;
  return {
    ...BLANK_CONOMY,
    subject: (named && subjectKey(named)) ?? 'conomy/unkeyed/digest',
    verification,
    value: extraction.value,
  };
}

export function interpretConomyBody(body: object | string, verification = SIGNED): Interpretation {
  return conomy.interpret(observeConomy(body, verification), 1);
}

export function conomyEvent(body: object | string, verification = SIGNED): ProviderEvent {
  const interpretation = interpretConomyBody(body, verification);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

export function conomyFact(body: object | string): PaymentDetails {
  const { tells } = conomyEvent(body);
  if (tells.about !== 'payment' || tells.fact === null) throw new Error('It tells no payment.');
  return tells.fact;
}

/** A webhook of contract B about one purchase of 2000.00 ARS. */
export function conomyDelivery(
  eventType: string,
  members: object = {},
  timestamp = '2026-04-17T15:30:00Z',
): object {
  const transaction = {
    id: 'tx-1',
    externalId: 'order-1',
    totalAmount: '2000.00',
    currency: 'ARS',
    type: 'PURCHASE',
    ...members,
  };
  return { eventType, timestamp, transaction };
}

export function conomyChange(status: string, members: object = {}): object {
  return conomyDelivery('transaction.status_changed', { status, ...members });
}
