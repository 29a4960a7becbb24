import type { Subject, SubjectKind } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
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
import { isKnownAnswer } from './interpret-answer.js';
import { MINTCASH_LOOKUP_MEMBERS } from './profile.js';

const PATHS: Readonly<Partial<Record<SubjectKind, string>>> = {
  payment: '/payments/',
  subscription: '/subscriptions/',
};

/** MintCash's API as the reconciler needs it: one GET, HTTP Basic with public and secret key. */
export function mintcashClient(account: Account, { http, nowMs }: ClientPorts): ProviderClient {
  const { baseUrl, authorization } = accessOf(account);
  const call = boundedCall('MintCash', { http, nowMs });
  return {
    async lookup(subject: Subject): Promise<LookupAnswer> {
      const url = `${baseUrl}${pathOf(subject)}`;
      // Before the question is sent: what the answer cannot have seen is never taken as seen.
      const askedAtMs = nowMs();
      const answer = await call({ method: 'GET', url, headers: { authorization } });
      return answerOf(answer, { subject, askedAtMs });
    },
  };
}

function pathOf({ kind, reference }: Subject): string {
  const path = PATHS[kind];
  // In a path these two would name another resource, whatever the encoding.
  if (path === undefined || reference === '.' || reference === '..') {
    throw new InvariantError(`MintCash has no lookup for ${kind} ${reference}.`);
  }
  return `${path}${encodeURIComponent(reference)}`;
}

function answerOf(
  { status, headers, body }: Awaited<ReturnType<HttpCall>>,
  { subject, askedAtMs }: { readonly subject: Subject; readonly askedAtMs: number },
): LookupAnswer {
  const read = readJsonBody(body, MINTCASH_LOOKUP_MEMBERS);
  const facts = 'refused' in read ? noFacts : read.facts;
  const requestId = filledTextOf(facts, 'details.requestId');
  const base = {
    body,
    contentType: headers['content-type'] ?? null,
    askedAtMs,
    providerTraceIds: requestId === null ? [] : [requestId],
  };
  const query: Facts = new Map([['status', String(status)]]);
  if (status === 404) return { ...base, found: false, value: encodeFacts({ body: null, query }) };
  if (status !== 200 || !isKnownAnswer(facts, subject)) {
    const code = filledTextOf(facts, 'code') ?? `unreadable as a ${subject.kind}`;
    const request = requestId === null ? '' : ` (request ${requestId})`;
    throw new ProviderUnavailable(`MintCash answered ${status} to a lookup, ${code}${request}.`, {
      retryAfterMs: null,
    });
  }
  return { ...base, found: true, value: encodeFacts({ body: facts, query }) };
}

function accessOf({ id, api }: Account): {
  readonly baseUrl: string;
  readonly authorization: string;
} {
  const { publicKey, secretKey } = api?.credentials ?? {};
  if (api === null || publicKey === undefined || secretKey === undefined) {
    throw new InvariantError(`Account ${id} has no API access for MintCash.`);
  }
  const pair = Buffer.from(`${publicKey}:${secretKey}`).toString('base64');
  return { baseUrl: api.baseUrl.replace(/\/+$/, ''), authorization: `Basic ${pair}` };
}
