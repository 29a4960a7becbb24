import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { subjectKey, type Subject } from '#events/subject.js';
import { noDetails } from '#ledger/payment/payment-fact.js';
import type { Account } from '../account.js';
import { ProviderUnavailable, type HttpCall } from '../provider.js';
import { mintcashClient } from './client.js';
import { mintcash } from './mintcash.js';

type Reply = { status: number; body?: string; headers?: Record<string, string> };

const account: Account = {
  id: 'mintcash',
  provider: 'mintcash',
  environment: 'test',
  sources: [],
  api: {
    baseUrl: 'https://sandbox.mintcash.example/',
    credentials: { publicKey: 'pk_test_public', secretKey: 'sk_test_secret' },
    lookupRate: { perSecond: 1, burst: 1 },
  },
};
const payment: Subject = { account: 'mintcash', kind: 'payment', reference: 'pay-1' };
const subscription: Subject = { account: 'mintcash', kind: 'subscription', reference: 'sub-1' };
const ASKED_AT_MS = Date.parse('2026-07-01T00:00:00Z');

/** The answer of the API page. */
const BARE = `{"id":"pay-1","externalId":"order-1","status":"succeeded","amount":49.99,"currency":"USD","amountRefundable":49.99,"amountRefunded":0,
 "providerTransactionId":"ptx-1","redirectUrl":"https://pay.example/canary","createdAt":"2026-06-30T15:41:21.585Z","customer":{"email":"canary@example.com"}}`;
/** The answer as the guides take it apart. */
const NESTED = `{"payment":${BARE},"redirectUrl":"https://pay.example/canary"}`;
const SUBSCRIPTION = `{"id":"sub-1","externalId":"plan-1","status":"past_due","amount":9.99,"currency":"USD","billingIntervalDays":30,
 "currentPeriodStart":"2026-06-30T00:00:00Z","currentPeriodEnd":"2026-07-30T00:00:00Z","createdAt":"2026-05-01T00:00:00Z"}`;
const NOT_FOUND =
  '{"code":"not_found","message":"No payment canary","details":{"requestId":"req_01HXX"}}';

function harness(reply: Reply) {
  const requests: Parameters<HttpCall>[0][] = [];
  const http: HttpCall = (request) => {
    requests.push(request);
    return Promise.resolve({
      status: reply.status,
      headers: reply.headers ?? { 'content-type': 'application/json' },
      body: Buffer.from(reply.body ?? ''),
    });
  };
  return { client: mintcashClient(account, { http, nowMs: () => ASKED_AT_MS }), requests };
}

async function observed(subject: Subject, reply: Reply): Promise<Observation> {
  const answer = await harness(reply).client.lookup(subject);
  const schema = mintcash.schemas.lookup;
  if (schema === null) throw new Error('MintCash has no lookup.');
  return {
    id: '0197c0de-0000-7000-8000-000000000001',
    kind: 'lookup',
    account: 'mintcash',
    route: 'lookup',
    subject: subjectKey(subject) ?? '',
    receivedAtMs: 0,
    schema,
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    requestId: 'request',
    providerTraceIds: answer.providerTraceIds,
    redactedQuery: null,
    headers: {},
    bodyType: answer.contentType,
    bodyDigest: 'd1:digest',
    traceparent: null,
    lookup: { asOf: 0n, askedAtMs: answer.askedAtMs },
    value: answer.value,
    sealed: null,
  };
}

const usd = (minor: bigint) => ({ minor, currency: 'USD', exponent: 2 });

describe('mintcashClient', () => {
  it('asks with public and secret key, and answers the facts beside the exact bytes', async () => {
    const { client, requests } = harness({ status: 200, body: BARE });
    const answer = await client.lookup(payment);
    expect(requests).toEqual([
      {
        method: 'GET',
        url: 'https://sandbox.mintcash.example/payments/pay-1',
        headers: { authorization: 'Basic cGtfdGVzdF9wdWJsaWM6c2tfdGVzdF9zZWNyZXQ=' },
      },
    ]);
    expect(answer).toMatchObject({
      found: true,
      body: Buffer.from(BARE),
      contentType: 'application/json',
      askedAtMs: ASKED_AT_MS,
      providerTraceIds: [],
    });
    expect(answer.value.toString()).toBe(
      '{"body":{"id":"pay-1","externalId":"order-1","status":"succeeded","amount":49.99,"currency":"USD","amountRefundable":49.99,"amountRefunded":0,"providerTransactionId":"ptx-1","createdAt":"2026-06-30T15:41:21.585Z"},"query":{"status":200}}',
    );
  });

  it('escapes the reference, and asks for nothing that cannot be looked up', async () => {
    const { client, requests } = harness({ status: 404 });
    await client.lookup({ ...subscription, reference: '../a?b#' });
    expect(requests[0]?.url).toBe('https://sandbox.mintcash.example/subscriptions/..%2Fa%3Fb%23');
    await expect(client.lookup({ ...payment, reference: '..' })).rejects.toThrow('no lookup');
    await expect(client.lookup({ ...payment, kind: 'customer' })).rejects.toThrow('no lookup');
  });

  it('takes a 404 for an answer, with the id of the request', async () => {
    const answer = await harness({ status: 404, body: NOT_FOUND }).client.lookup(payment);
    expect(answer).toMatchObject({ found: false, providerTraceIds: ['req_01HXX'] });
    expect(answer.value.toString()).toBe('{"body":null,"query":{"status":404}}');
  });

  it.each([
    ['a 401', { status: 401, body: NOT_FOUND.replace('not_found', 'unauthenticated') }],
    ['a 499', { status: 499, body: '{"code":"aborted"}' }],
    ['a 500', { status: 500 }],
    ['a 429', { status: 429, headers: { 'retry-after': '7' } }],
    ['a page', { status: 200, body: '<html>' }],
    ['another payment', { status: 200, body: BARE.replace('pay-1', 'pay-2') }],
    ['an unknown status', { status: 200, body: BARE.replace('succeeded', 'constructor') }],
    ['too much', { status: 200, body: `${BARE}${' '.repeat(256 * 1024)}` }],
  ])('takes %s for no answer', async (_, reply) => {
    const error: unknown = await harness(reply)
      .client.lookup(payment)
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    if (!(error instanceof ProviderUnavailable)) throw new Error('It did not fail.');
    expect(error.message).not.toMatch(/canary|secret|cGtf/);
    expect(error.retryAfterMs).toBe(reply.status === 429 ? 7_000 : null);
    if (reply.status === 401) {
      expect(error.message).toBe(
        'MintCash answered 401 to a lookup, unauthenticated (request req_01HXX).',
      );
    }
  });
});

describe('MintCash answers', () => {
  it.each([
    ['bare', BARE],
    ['nested', NESTED],
  ])('about a payment, %s', async (_, body) => {
    const observation = await observed(payment, { status: 200, body });
    expect(mintcash.interpret(observation, 1)).toEqual({
      event: {
        eventType: 'lookup',
        dedupeId: observation.id,
        providerEventId: null,
        orderId: 'order-1',
        occurredAt: '2026-06-30T15:41:21.585Z',
        references: ['ptx-1'],
        tells: {
          about: 'payment',
          fact: {
            ...noDetails,
            status: 'succeeded',
            rank: 50,
            occurredAt: '2026-06-30T15:41:21.585Z',
            amount: usd(4999n),
            refundedTotal: usd(0n),
            orderId: 'order-1',
          },
        },
      },
    });
    expect(observation.value.toString()).not.toContain('canary');
  });

  it('about a subscription, as new as the question', async () => {
    const observation = await observed(subscription, { status: 200, body: SUBSCRIPTION });
    expect(mintcash.interpret(observation, 1)).toMatchObject({
      event: {
        eventType: 'lookup',
        orderId: null,
        tells: {
          about: 'subscription',
          fact: {
            status: 'past_due',
            rank: 20,
            occurredAt: '2026-07-01T00:00:00.000Z',
            amount: usd(999n),
            intervalDays: 30,
            clientReference: 'plan-1',
          },
        },
      },
    });
  });

  it('that there is none clear a payment, and say nothing of a subscription', async () => {
    const reply = { status: 404, body: NOT_FOUND };
    expect(mintcash.interpret(await observed(payment, reply), 1)).toMatchObject({
      event: { tells: { about: 'payment', fact: null } },
    });
    expect(mintcash.interpret(await observed(subscription, reply), 1)).toEqual({
      ignored: 'not-found',
    });
  });

  it('about something else have no effect', async () => {
    const observation = await observed(payment, { status: 200, body: BARE });
    const other = { ...observation, subject: 'mintcash/payment/pay-2' };
    expect(mintcash.interpret(other, 1)).toEqual({ ignored: 'other-subject' });
  });
});
