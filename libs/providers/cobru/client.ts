import type { Subject } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import { AccessToken } from '../access-token.js';
import type { Account } from '../account.js';
import { boundedCall } from '../bounded-call.js';
import { inForce } from '../dated.js';
import { encodeFacts, noFacts, type Facts } from '../facts.js';
import { scanJson } from '../json-scanner.js';
import { memberTree } from '../member-tree.js';
import {
  ProviderUnavailable,
  type ClientPorts,
  type HttpCall,
  type LookupAnswer,
  type ProviderClient,
} from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { detailsOf } from './details.js';
import { isAnswerAbout } from './is-answer-about.js';
import { logInToCobru } from './login.js';
import { COBRU_LOOKUP_MEMBERS, COBRU_PROFILES, type CobruProfile } from './profile.js';

type Answer = Awaited<ReturnType<HttpCall>>;

/**
 * Cobru's API as the reconciler needs it: `GET /cobru_detail/{url}` for a payment, `GET
 * /thirdpartywithdraw/{id}` for a bank withdrawal.
 */
export function cobruClient(account: Account, { http, nowMs }: ClientPorts): ProviderClient {
  const { baseUrl, apiKey, refreshToken } = accessOf(account);
  const call = boundedCall('Cobru', { http, nowMs });
  const token = new AccessToken({
    issue: () => logInToCobru({ baseUrl, apiKey, refreshToken, http: call, nowMs }),
    nowMs,
  });
  return {
    async lookup(subject: Subject): Promise<LookupAnswer> {
      const profile = inForce(COBRU_PROFILES, nowMs());
      const url = `${baseUrl}${pathOf(subject, profile)}`;
      const { answer, askedAtMs } = await token.ask((access) =>
        call({
          method: 'GET',
          url,
          headers: { 'x-api-key': apiKey, authorization: `Bearer ${access}` },
        }),
      );
      return answerOf(answer, { subject, askedAtMs, profile });
    },
  };
}

function pathOf({ kind, reference }: Subject, { lookupPaths }: CobruProfile): string {
  const path = lookupPaths[kind];
  // In a path these two would name another resource, whatever the encoding.
  if (path === undefined || reference === '.' || reference === '..') {
    throw new InvariantError(`Cobru has no lookup for ${kind} ${reference}.`);
  }
  return `${path}${encodeURIComponent(reference)}`;
}

type Question = {
  readonly subject: Subject;
  readonly askedAtMs: number;
  readonly profile: CobruProfile;
};

function answerOf(
  { status, headers, body }: Answer,
  { subject, askedAtMs, profile }: Question,
): LookupAnswer {
  const base = {
    body,
    contentType: headers['content-type'] ?? null,
    askedAtMs,
    providerTraceIds: [],
  };
  const query: Facts = new Map([['status', String(status)]]);
  if (status === 404) return { ...base, found: false, value: encodeFacts({ body: null, query }) };
  const facts = status === 200 ? membersOf(body) : noFacts;
  if (!isAnswerAbout(facts, subject) || detailsOf(subject.kind, facts, profile) === null) {
    throw new ProviderUnavailable(
      `Cobru answered ${status} to a lookup, unreadable as a ${subject.kind}.`,
      { retryAfterMs: null },
    );
  }
  return { ...base, found: true, value: encodeFacts({ body: facts, query }) };
}

/** Some Cobru endpoints answer a JSON string that holds the JSON: then it is read twice. */
function membersOf(body: Buffer): Facts {
  const outer = scanJson(body, memberTree([]));
  const isWrapped = !('refused' in outer) && outer.root.startsWith('"');
  const json = isWrapped ? Buffer.from(JSON.parse(outer.root) as string) : body;
  const read = readJsonBody(json, COBRU_LOOKUP_MEMBERS);
  return 'refused' in read ? noFacts : read.facts;
}

function accessOf({ id, api }: Account): {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly refreshToken: string;
} {
  const { apiKey, refreshToken } = api?.credentials ?? {};
  if (api === null || apiKey === undefined || refreshToken === undefined) {
    throw new InvariantError(`Account ${id} has no API access for Cobru.`);
  }
  return { baseUrl: api.baseUrl.replace(/\/+$/, ''), apiKey, refreshToken };
}
