import type { Subject } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import type { Account } from '../account.js';
import { encodeFacts, filledTextOf, noFacts, type Facts } from '../facts.js';
import {
  ProviderUnavailable,
  type ClientPorts,
  type HttpCall,
  type LookupAnswer,
  type ProviderClient,
} from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { scanJson } from '../json-scanner.js';
import { memberTree } from '../member-tree.js';
import { AccessToken } from './access-token.js';
import { COBRU_LOOKUP_MEMBERS } from './profile.js';
import { COBRU_STATES } from './statuses.js';

const ANSWER_BYTES_MAX = 256 * 1024;
const RETRY_AFTER_MS_MAX = 60 * 60_000;

type Answer = Awaited<ReturnType<HttpCall>>;

/** Cobru's API as the reconciler needs it: `GET /cobru_detail/{url}`. */
export function cobruClient(account: Account, { http, nowMs }: ClientPorts): ProviderClient {
  const { baseUrl, apiKey, refreshToken } = accessOf(account);
  const call = translated(http, nowMs);
  const token = new AccessToken({ baseUrl, apiKey, refreshToken, http: call, nowMs });

  const ask = async (url: string, access: string): Promise<Answer> =>
    call({
      method: 'GET',
      url: `${baseUrl}/cobru_detail/${encodeURIComponent(url)}`,
      headers: { 'x-api-key': apiKey, authorization: `Bearer ${access}` },
    });

  return {
    async lookup({ kind, reference }: Subject): Promise<LookupAnswer> {
      // In a path these two would name another resource, whatever the encoding.
      if (kind !== 'payment' || reference === '.' || reference === '..') {
        throw new InvariantError(`Cobru has no lookup for ${kind} ${reference}.`);
      }
      const access = await token.current();
      // Before the question is sent: what the answer cannot have seen is never taken as seen.
      const askedAtMs = nowMs();
      const first = await ask(reference, access);
      if (first.status !== 401) return answerOf(first, { reference, askedAtMs });
      const retriedAtMs = nowMs();
      const second = await ask(reference, await token.replace(access));
      return answerOf(second, { reference, askedAtMs: retriedAtMs });
    },
  };
}

function answerOf(
  { status, headers, body }: Answer,
  { reference, askedAtMs }: { readonly reference: string; readonly askedAtMs: number },
): LookupAnswer {
  const base = {
    body,
    contentType: headers['content-type'] ?? null,
    askedAtMs,
    providerTraceIds: [],
  };
  const query: Facts = new Map([['status', String(status)]]);
  if (status === 404) return { ...base, found: false, value: encodeFacts({ body: null, query }) };
  const facts = status === 200 ? detailOf(body) : noFacts;
  const isAnswer =
    filledTextOf(facts, 'url') === reference &&
    COBRU_STATES.has(String(Number(filledTextOf(facts, 'state') ?? '')));
  if (!isAnswer || !facts.has('state')) {
    throw new ProviderUnavailable(
      `Cobru answered ${status} to a lookup, unreadable as a payment.`,
      {
        retryAfterMs: null,
      },
    );
  }
  return { ...base, found: true, value: encodeFacts({ body: facts, query }) };
}

/** Some Cobru endpoints answer a JSON string that holds the JSON: then it is read twice. */
function detailOf(body: Buffer): Facts {
  const outer = scanJson(body, memberTree([]));
  const isWrapped = !('refused' in outer) && outer.root.startsWith('"');
  const json = isWrapped ? Buffer.from(JSON.parse(outer.root) as string) : body;
  const read = readJsonBody(json, COBRU_LOOKUP_MEMBERS);
  return 'refused' in read ? noFacts : read.facts;
}

/** What is no answer becomes `ProviderUnavailable`: network, time-out, 429, 5xx, too large. */
function translated(http: HttpCall, nowMs: () => number): HttpCall {
  return async (request) => {
    const answer = await http(request).catch((cause: unknown) => {
      throw new ProviderUnavailable('Cobru could not be reached.', { retryAfterMs: null, cause });
    });
    if (answer.status === 429 || answer.status >= 500) {
      throw new ProviderUnavailable(`Cobru answered ${answer.status}.`, {
        retryAfterMs: retryAfterMs(answer.headers['retry-after'], nowMs()),
      });
    }
    if (answer.body.length > ANSWER_BYTES_MAX) {
      throw new ProviderUnavailable(`Cobru answered ${answer.body.length} bytes.`, {
        retryAfterMs: null,
      });
    }
    return answer;
  };
}

/** Seconds or an HTTP date, as RFC 9110 has it. */
function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const waitMs = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MS_MAX);
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
