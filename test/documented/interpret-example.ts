import type { Observation, Verification } from '#events/observation.js';
import { parseSubjectKey, subjectKey, unkeyedKey } from '#events/subject.js';
import { formatMajorUnits, type Money } from '#ledger/money.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import type { Account } from '#providers/account.js';
import type { ClientPorts, HttpCall, Provider, Telling } from '#providers/provider.js';
import type { ProviderName } from '#providers/provider-name.js';
import { providerOf } from '#providers/registry.js';
import type { DocumentedExample, DocumentedMeaning } from './documented-example.js';

const ROUTE = 'documented';
const RATE = { perSecond: 1, burst: 1 };
/** Of all providers: a client takes what it needs. */
const CREDENTIALS = {
  apiKey: 'credential',
  refreshToken: 'credential',
  clientId: 'credential',
  clientSecret: 'credential',
  publicKey: 'credential',
  secretKey: 'credential',
};
/** What any login answers, so that a lookup gets to ask its question. */
const LOGIN = '{"access":"token","accessToken":"token","tokenType":"Bearer","expiresIn":3600}';

/** What Cuadre makes of an example: extracted, or asked for by the client, then interpreted. */
export async function interpretExample(
  name: ProviderName,
  example: DocumentedExample,
): Promise<DocumentedMeaning> {
  const provider = providerOf(name);
  if (provider === null) throw new Error(`${name} is not in the registry.`);
  const observation =
    example.subject === undefined
      ? delivered(provider, example)
      : await lookedUp(provider, example);
  const { kind, reference } = parseSubjectKey(observation.subject);
  const subject = kind === 'unkeyed' ? null : `${kind}/${reference}`;
  const interpretation = provider.interpret(observation, 1);
  if ('ignored' in interpretation) return { ...NOTHING, subject, ignored: interpretation.ignored };
  const { eventType, orderId, tells } = interpretation.event;
  return { subject, eventType, orderId, ...toldBy(tells) };
}

const NOTHING: DocumentedMeaning = {
  subject: null,
  eventType: null,
  about: null,
  status: null,
  amount: null,
  orderId: null,
};

function toldBy(
  tells: Telling,
): Pick<DocumentedMeaning, 'about' | 'status' | 'amount' | 'expected' | 'marks'> {
  const { about, fact } = tells;
  if (about === 'customer') return { about, status: fact.level, amount: null };
  if (about === 'subscription') {
    return { about, status: fact.status, amount: moneyText(fact.amount) };
  }
  if (about === 'report-line') throw new Error('No webhook tells a line of a report.');
  if (fact === null) return { about, status: null, amount: null };
  const marks = fact.marks.length === 0 ? {} : { marks: fact.marks };
  const status = statusByKind(fact.kind, fact.status);
  const asked = moneyText(fact.expected);
  const expected = asked === null ? {} : { expected: asked };
  return { about, status, amount: moneyText(fact.amount), ...expected, ...marks };
}

function moneyText(money: Money | null): string | null {
  return money === null ? null : `${formatMajorUnits(money)} ${money.currency}`;
}

function delivered(provider: Provider, example: DocumentedExample): Observation {
  const account = accountOf(provider.name);
  const extraction = provider.extractWebhook({
    account,
    route: ROUTE,
    body: Buffer.from(example.body),
    contentType: example.contentType ?? 'application/json',
    query: example.query ?? {},
  });
  if (!extraction.readable) throw new Error(`Not ingested: ${extraction.reason}.`);
  const named = extraction.subject;
  return {
    ...blank(provider.name),
    kind: 'webhook',
    subject: (named && subjectKey(named)) ?? unkeyedKey(account.id, 'digest'),
    schema: provider.schemas.webhook,
    verification: verificationOf(provider.name, example),
    lookup: null,
    value: extraction.value,
  };
}

/** Cobru signs nothing: only the URL that we registered, with our reference in it, proves something. */
function verificationOf(name: ProviderName, { query }: DocumentedExample): Verification {
  if (name !== 'cobru') return { mode: 'hmac', keyId: 's1', verdict: 'verified' };
  return query === undefined
    ? { mode: 'none', keyId: null, verdict: 'unverified' }
    : { mode: 'url-secret', keyId: 's1', verdict: 'verified' };
}

async function lookedUp(provider: Provider, example: DocumentedExample): Promise<Observation> {
  const { subject } = example;
  const schema = provider.schemas.lookup;
  if (subject === undefined || schema === null) {
    throw new Error(`${provider.name} cannot look this example up.`);
  }
  const account = accountOf(provider.name);
  const asked = { account: account.id, ...subject };
  const answer = await provider.client?.(account, portsOf(example)).lookup(asked);
  if (answer === undefined) throw new Error(`${provider.name} has no client.`);
  return {
    ...blank(provider.name),
    kind: 'lookup',
    subject: subjectKey(asked) ?? '',
    schema,
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf: 0n, askedAtMs: answer.askedAtMs },
    value: answer.value,
  };
}

function portsOf({ body, contentType = 'application/json' }: DocumentedExample): ClientPorts {
  const http: HttpCall = ({ method }) =>
    Promise.resolve({
      status: 200,
      headers: { 'content-type': contentType },
      body: Buffer.from(method === 'POST' ? LOGIN : body),
    });
  return { http, nowMs: () => 0 };
}

function accountOf(provider: ProviderName): Account {
  return {
    id: provider,
    provider,
    environment: 'test',
    sources: [
      {
        name: ROUTE,
        verification:
          provider === 'cobru'
            ? {
                mode: 'url',
                parameter: 't',
                referenceParameter: 'ref',
                secrets: [],
                tokenKeys: [],
              }
            : { mode: 'none' },
        rate: { verified: RATE, unverified: RATE },
        wrongEnvironmentStatus: 400,
      },
    ],
    api: { baseUrl: 'https://api.example', credentials: CREDENTIALS, lookupRate: RATE },
  };
}

function blank(account: string) {
  return {
    id: '0197c0de-0000-7000-8000-000000000001',
    account,
    route: ROUTE,
    receivedAtMs: 0,
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'd1:digest',
    traceparent: null,
    sealed: null,
  };
}
