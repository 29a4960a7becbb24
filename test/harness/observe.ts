import { encodeObservation } from '#events/envelope.js';
import type { Observation, Verification } from '#events/observation.js';
import type { LogRecord } from '#events/record.js';
import { subjectKey, unkeyedKey } from '#events/subject.js';
import type { Account } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { providerOf } from '#providers/registry.js';

const SIGNING_SECRET = { id: 's1', value: 'test-signing-secret' };
const URL_SECRET = { id: 'u1', value: 'test-url-secret-1' };

const ACCOUNTS = accountsOf({
  accounts: [
    {
      id: 'mintcash-test',
      provider: 'mintcash',
      sources: [{ name: 'mintcash', verification: { mode: 'hmac', secrets: [SIGNING_SECRET] } }],
    },
    {
      id: 'cobru-test',
      provider: 'cobru',
      sources: [{ name: 'cobru', verification: { mode: 'url', secrets: [URL_SECRET] } }],
    },
    { id: 'conomy-test', provider: 'conomy', secret: SIGNING_SECRET.value },
    { id: 'tonder-test', provider: 'tonder', secret: SIGNING_SECRET.value },
  ],
});

export const MINTCASH: Account = accountOf('mintcash-test');
export const COBRU: Account = accountOf('cobru-test');
export const CONOMY: Account = accountOf('conomy-test');
const TONDER: Account = accountOf('tonder-test');

const SIGNED: Verification = { mode: 'hmac', keyId: 's1', verdict: 'verified' };
const STATIC: Verification = { mode: 'static', keyId: 's1', verdict: 'verified' };
const SECRET: Verification = { mode: 'url-secret', keyId: 'u1', verdict: 'verified' };
const UNVERIFIED: Verification = { mode: 'none', keyId: null, verdict: 'unverified' };
const API: Verification = { mode: 'api', keyId: null, verdict: 'verified' };

/** A MintCash webhook as the edge would append it, for specs that start at the log. */
export function mintcashWebhook(id: string, body: object): LogRecord {
  return webhook(MINTCASH, { id, body, verification: SIGNED, query: {} });
}

/** A signed Conomy webhook. */
export function conomyWebhook(id: string, body: object): LogRecord {
  return webhook(CONOMY, { id, body, verification: SIGNED, query: {} });
}

/** A Tonder webhook that carried the credential which we chose. */
export function tonderWebhook(id: string, body: object): LogRecord {
  return webhook(TONDER, { id, body, verification: STATIC, query: {} });
}

/** A Cobru callback: with `orderId` it came through the URL that we registered, without it unproven. */
export function cobruCallback(
  id: string,
  body: object,
  { orderId }: { orderId: string | null },
): LogRecord {
  return webhook(COBRU, {
    id,
    body,
    verification: orderId === null ? UNVERIFIED : SECRET,
    query: orderId === null ? {} : { ref: orderId },
  });
}

/** An answer of Cobru's lookup; `body` null is a 404. */
export function cobruLookup(
  id: string,
  asked: { readonly reference: string; readonly asOf: bigint; readonly body: object | null },
): LogRecord {
  const subject = subjectKey({ account: COBRU.id, kind: 'payment', reference: asked.reference });
  return encodeObservation({
    ...common(COBRU, id),
    requestId: `req-${id}`,
    kind: 'lookup',
    route: 'lookup',
    subject: subject ?? '',
    schema: { provider: 'cobru', shape: 'lookup', version: 1 },
    verification: API,
    lookup: { asOf: asked.asOf, askedAtMs: 1_770_000_000_000 },
    value: Buffer.from(
      JSON.stringify({ body: asked.body, query: { status: asked.body === null ? 404 : 200 } }),
    ),
  });
}

function webhook(
  account: Account,
  delivery: {
    readonly id: string;
    readonly body: object;
    readonly verification: Verification;
    readonly query: Readonly<Record<string, string>>;
  },
): LogRecord {
  const body = Buffer.from(JSON.stringify(delivery.body));
  const route = account.sources[0]?.name ?? '';
  const extraction = providerOf(account.provider)?.extractWebhook({
    account,
    route,
    body,
    contentType: 'application/json',
    query: delivery.query,
  });
  if (extraction === undefined) throw new Error(`${account.provider} has no provider.`);
  const named = extraction.readable ? extraction.subject : null;
  return encodeObservation({
    ...common(account, delivery.id),
    kind: 'webhook',
    route,
    subject: (named && subjectKey(named)) ?? unkeyedKey(account.id, delivery.id),
    schema: { provider: account.provider, shape: 'webhook', version: 1 },
    verification: delivery.verification,
    lookup: null,
    value: extraction.value,
  });
}

function accountsOf(file: object): readonly Account[] {
  const parsed = parseAccounts(JSON.stringify(file));
  if ('problems' in parsed) throw new Error(parsed.problems.join(' '));
  return parsed.accounts;
}

function accountOf(id: string): Account {
  const account = ACCOUNTS.find((one) => one.id === id);
  if (account === undefined) throw new Error(`There is no account ${id}.`);
  return account;
}

function common(account: Account, id: string): Omit<Observation, CommonRest> {
  return {
    id,
    account: account.id,
    receivedAtMs: 1_770_000_000_000,
    requestId: id,
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'd1:00',
    traceparent: null,
    sealed: null,
  };
}

type CommonRest = 'kind' | 'route' | 'subject' | 'schema' | 'verification' | 'lookup' | 'value';
