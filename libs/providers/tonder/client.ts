import type { Subject } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import type { Account } from '../account.js';
import { boundedCall } from '../bounded-call.js';
import { encodeFacts, filledTextOf, noFacts, type Facts } from '../facts.js';
import {
  ProviderUnavailable,
  type ClientPorts,
  type HttpCall,
  type LookupAnswer,
  type ProviderClient,
} from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { readTonderError } from './error-answer.js';
import { tonderHosts, type TonderHosts } from './hosts.js';
import { lookedUpId } from './looked-up-id.js';
import { isOfSubject, lookedUpKind } from './looked-up-kind.js';
import { withoutPayersText } from './payers-text.js';
import { TONDER_LOOKUP_MEMBERS } from './profile.js';
import { tonderStatus } from './statuses.js';

type Answer = Awaited<ReturnType<HttpCall>>;

/**
 * Tonder's API as the reconciler needs it: `GET /transactions/{id}/`, `/withdrawals/{id}/` and
 * `/checkout/v1/sessions/{id}`, each with `Authorization: Token`.
 */
export function tonderClient(account: Account, { http, nowMs }: ClientPorts): ProviderClient {
  const { hosts, apiKey } = accessOf(account);
  const headers = { authorization: `Token ${apiKey}` };
  const call = boundedCall('Tonder', { http: withStatedWait(http, nowMs), nowMs });
  return {
    async lookup(subject: Subject): Promise<LookupAnswer> {
      const urls = urlsOf(hosts, subject);
      // Before the question is sent: what the answer cannot have seen is never taken as seen.
      const askedAtMs = nowMs();
      let found: LookupAnswer | null = null;
      for (const { url, silentKind } of urls) {
        const answer = await call({ method: 'GET', url, headers });
        found = answerOf(answer, { subject, askedAtMs, silentKind });
        if (found.found) return found;
      }
      return found ?? noLookup(subject);
    },
  };
}

type Place = {
  readonly url: string;
  /** What an answer from there is about where it does not say. */
  readonly silentKind: PaymentKind;
};

/**
 * Withdrawals of the Direct API and of the Withdrawals API have one kind of subject, and nothing
 * says which of the two knows an id: what the second does not know is asked of the first.
 */
function urlsOf(hosts: TonderHosts, subject: Subject): readonly Place[] {
  const { kind, reference } = subject;
  // In a path these two would name another resource, whatever the encoding.
  if (reference === '.' || reference === '..') return noLookup(subject);
  const id = encodeURIComponent(reference);
  const transaction = `${hosts.direct}/transactions/${id}/`;
  switch (kind) {
    case 'transaction':
      return [{ url: transaction, silentKind: 'payment' }];
    case 'withdrawal':
      return [
        { url: `${hosts.withdrawals}/withdrawals/${id}/`, silentKind: 'withdrawal' },
        { url: transaction, silentKind: 'payment' },
      ];
    case 'session':
      return [{ url: `${hosts.hosted}/checkout/v1/sessions/${id}`, silentKind: 'payment' }];
    default:
      return noLookup(subject);
  }
}

function noLookup({ kind, reference }: Subject): never {
  throw new InvariantError(`Tonder has no lookup for ${kind} ${reference}.`);
}

type Question = {
  readonly subject: Subject;
  readonly askedAtMs: number;
  readonly silentKind: PaymentKind;
};

function answerOf(
  { status, headers, body }: Answer,
  { subject, askedAtMs, silentKind }: Question,
): LookupAnswer {
  const { code, field, requestId } = readTonderError(body);
  const base = {
    body,
    contentType: headers['content-type'] ?? null,
    askedAtMs,
    providerTraceIds: requestId === null ? [] : [requestId],
  };
  const notFound = encodeFacts({ body: null, query: new Map([['status', '404']]) });
  if (status === 404) return { ...base, found: false, value: notFound };
  const read = readJsonBody(body, TONDER_LOOKUP_MEMBERS);
  const facts = 'refused' in read ? noFacts : withoutPayersText(read).facts;
  const isWhole =
    lookedUpId(subject.kind, facts) === subject.reference &&
    tonderStatus(filledTextOf(facts, 'status')) !== null;
  const kind = lookedUpKind(facts, silentKind);
  if (status !== 200 || !isWhole || kind === null) {
    const said = [status, code, field, requestId].filter((part) => part !== null).join(', ');
    throw new ProviderUnavailable(
      `Tonder answered a lookup (${said}), unreadable as ${subject.kind}.`,
      { retryAfterMs: null },
    );
  }
  if (!isOfSubject(kind, subject.kind)) {
    return { ...base, found: false, value: notFound };
  }
  const query: Facts = new Map([['status', String(status)]]);
  return { ...base, found: true, value: encodeFacts({ body: facts, query }) };
}

/**
 * What Tonder asks us to wait stands in a 429's body, or in `X-RateLimit-Reset` (seconds of Unix
 * time), and not where HTTP has it.
 */
function withStatedWait(http: HttpCall, nowMs: () => number): HttpCall {
  return async (request) => {
    const answer = await http(request);
    if (answer.status !== 429 || answer.headers['retry-after'] !== undefined) return answer;
    const seconds =
      readTonderError(answer.body).retryAfterSeconds ??
      secondsUntil(answer.headers['x-ratelimit-reset'], nowMs());
    if (seconds === null) return answer;
    const wait = String(Math.max(seconds, 0));
    return { ...answer, headers: { ...answer.headers, 'retry-after': wait } };
  };
}

function secondsUntil(reset: string | undefined, nowMs: number): number | null {
  if (reset === undefined || !/^\d{1,12}$/.test(reset)) return null;
  return Number(reset) - Math.floor(nowMs / 1_000);
}

function accessOf({ id, api }: Account): { readonly hosts: TonderHosts; readonly apiKey: string } {
  const apiKey = api?.credentials['apiKey'];
  if (api === null || apiKey === undefined) {
    throw new InvariantError(`Account ${id} has no API access for Tonder.`);
  }
  return { hosts: tonderHosts(api), apiKey };
}
