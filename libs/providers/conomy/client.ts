import type { Subject } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import { AccessToken } from '../access-token.js';
import type { Account } from '../account.js';
import { boundedCall } from '../bounded-call.js';
import { inForce } from '../dated.js';
import { encodeFacts, filledTextOf, noFacts, type Facts } from '../facts.js';
import {
  ProviderUnavailable,
  type ClientPorts,
  type HttpCall,
  type LookupAnswer,
  type ProviderClient,
} from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { errorOf, errorText } from './error.js';
import { logInToConomy } from './login.js';
import { CONOMY_LOOKUP_MEMBERS, CONOMY_PROFILES, type ConomyProfile } from './profile.js';
import { readTransaction, transactionAt } from './transaction.js';

/** Required on every call (API specification). */
const USER_AGENT = 'cuadre/1';

type Answer = Awaited<ReturnType<HttpCall>>;

/**
 * Conomy's API as the reconciler needs it: `GET /payments/{id}`, for refunds and withdrawals, too.
 * The login is `POST /auth`, which states the token's lifetime in seconds.
 */
export function conomyClient(account: Account, { http, nowMs }: ClientPorts): ProviderClient {
  const { baseUrl, apiKey, clientId, clientSecret } = accessOf(account);
  const call = boundedCall('Conomy', { http, nowMs });
  const named = { 'x-api-key': apiKey, 'user-agent': USER_AGENT };
  const token = new AccessToken({
    issue: () => logInToConomy({ baseUrl, headers: named, clientId, clientSecret, http: call }),
    nowMs,
  });
  const ask = async (reference: string, access: string): Promise<Answer> =>
    call({
      method: 'GET',
      url: `${baseUrl}/payments/${encodeURIComponent(reference)}`,
      headers: {
        ...named,
        authorization: `Bearer ${access}`,
        'conomyhq-api-version': inForce(CONOMY_PROFILES, nowMs()).apiVersion,
      },
    });

  return {
    async lookup(subject: Subject): Promise<LookupAnswer> {
      const { kind, reference } = subject;
      // In a path these two would name another resource, whatever the encoding.
      if (kind !== 'transaction' || reference === '.' || reference === '..') {
        throw new InvariantError(`Conomy has no lookup for ${kind} ${reference}.`);
      }
      const { answer, askedAtMs } = await token.ask((access) => ask(reference, access));
      return answerOf(answer, { subject, askedAtMs });
    },
  };
}

function answerOf(
  { status, headers, body }: Answer,
  { subject, askedAtMs }: { readonly subject: Subject; readonly askedAtMs: number },
): LookupAnswer {
  const base = { body, contentType: headers['content-type'] ?? null, askedAtMs };
  const query: Facts = new Map([['status', String(status)]]);
  if (status === 404) {
    // Also the answer to what belongs to another tenant.
    const traceId = errorOf(body)?.traceId ?? null;
    const providerTraceIds = traceId === null ? [] : [traceId];
    const value = encodeFacts({ body: null, query });
    return { ...base, found: false, providerTraceIds, value };
  }
  const read = status === 200 ? readJsonBody(body, CONOMY_LOOKUP_MEMBERS) : null;
  const facts = read === null || 'refused' in read ? noFacts : read.facts;
  if (!isAnswerAbout(facts, subject, inForce(CONOMY_PROFILES, askedAtMs))) {
    throw new ProviderUnavailable(
      `Conomy answered ${status} to a lookup${errorText(errorOf(body))}, unreadable as a payment.`,
      { retryAfterMs: null },
    );
  }
  return { ...base, found: true, providerTraceIds: [], value: encodeFacts({ body: facts, query }) };
}

/** An answer that could not be interpreted must not settle a claim. */
function isAnswerAbout(facts: Facts, subject: Subject, profile: ConomyProfile): boolean {
  if (filledTextOf(facts, 'id') !== subject.reference) return false;
  const { account } = subject;
  return !(
    'ignored' in
    readTransaction(transactionAt(facts, '', { account, timestamp: null, profile }), null)
  );
}

function accessOf({ id, api }: Account): {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly clientId: string;
  readonly clientSecret: string;
} {
  const { apiKey, clientId, clientSecret } = api?.credentials ?? {};
  if (
    api === null ||
    apiKey === undefined ||
    clientId === undefined ||
    clientSecret === undefined
  ) {
    throw new InvariantError(`Account ${id} has no API access for Conomy.`);
  }
  return { baseUrl: api.baseUrl.replace(/\/+$/, ''), apiKey, clientId, clientSecret };
}
