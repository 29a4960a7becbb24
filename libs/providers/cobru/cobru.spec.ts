import { describe, expect, it } from 'vitest';
import type { Observation, Verification } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { noDetails } from '#ledger/payment/payment-fact.js';
import type { Account } from '../account.js';
import { encodeFacts } from '../facts.js';
import { parseAccounts } from '../parse-accounts.js';
import type { ProviderEvent } from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { cobru } from './cobru.js';
import { COBRU_LOOKUP_MEMBERS } from './profile.js';

const account = accountOf({ provider: 'cobru', secret: 'secret-of-the-callback-url' });

function accountOf(entry: object): Account {
  const result = parseAccounts(JSON.stringify({ accounts: [entry] }));
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const [first] = result.accounts;
  if (first === undefined) throw new Error('The file has no account.');
  return first;
}

const urlSecret: Verification = { mode: 'url-secret', keyId: 's1', verdict: 'verified' };
const nothing: Verification = { mode: 'none', keyId: null, verdict: 'unverified' };
const id = '0197c0de-0000-7000-8000-000000000001';

function extract(body: string, query: Record<string, string> = {}) {
  return cobru.extractWebhook({
    account,
    route: 'cobru',
    body: Buffer.from(body),
    contentType: null,
    query,
  });
}

const blank = {
  id,
  account: 'cobru',
  receivedAtMs: 0,
  requestId: 'request',
  providerTraceIds: [],
  redactedQuery: null,
  headers: {},
  bodyType: null,
  bodyDigest: 'd1:digest',
  traceparent: null,
  sealed: null,
};

function observe(
  body: string,
  {
    query = {},
    verification = nothing,
  }: { query?: Record<string, string>; verification?: Verification } = {},
): Observation {
  const extraction = extract(body, query);
  const key =
    extraction.readable && extraction.subject !== null ? subjectKey(extraction.subject) : null;
  return {
    ...blank,
    kind: 'webhook',
    route: 'cobru',
    subject: key ?? 'cobru/unkeyed/digest',
    schema: cobru.schemas.webhook,
    verification,
    lookup: null,
    value: extraction.value,
  };
}

function lookedUp(body: string | null, { status = 200, url = 'ufa8q176' } = {}): Observation {
  const read = body === null ? null : readJsonBody(Buffer.from(body), COBRU_LOOKUP_MEMBERS);
  const facts = read === null || 'refused' in read ? null : read.facts;
  return {
    ...blank,
    kind: 'lookup',
    route: 'cobru-detail',
    subject: `cobru/payment/${url}`,
    schema: { provider: 'cobru', shape: 'lookup', version: 1 },
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf: 7n, askedAtMs: 0 },
    value: encodeFacts({ body: facts, query: new Map([['status', String(status)]]) }),
  };
}

function eventOf(observation: Observation): ProviderEvent {
  const interpretation = cobru.interpret(observation, 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

const cop = (minor: bigint) => ({ minor, currency: 'COP', exponent: 2 });

const DOCUMENTED =
  '{"orderId":"123","state":3,"payment_method":"Bre-B","amount":"50000.00","url":"3gofdf6f"}';

const ORIGINAL = `{"payed":true,"url":"8xfiz72r","state":3,"amount":50000,"payed_amount":44050,"fee_amount":5000.0,"iva_amount":950.0,
 "payment_method":"pse","payer_name":"Test Payer","payer_email":"payer@example.com","payer_id_type":"cc",
 "payer_id":"1000000000","payer_phone":"3000000000","description":"test"}`;

const DETAIL = `{"fee_amount":6383,"payer_id":"10000000","payer_name":"Test Payer","payment_method":"efecty","state":1,
 "payer_email":"payer@example.com","payment_method_enabled":"{\\"efecty\\": true, \\"pse\\": true }","date_payed":"","url":"ufa8q176",
 "amount":107595,"expiration_days":7,"payer_phone":"3000000000","iva_amount":1212.77,"date_expired":1553248799000,
 "date_created":1552593282000,"images":null,"description":"description","payed_amount":100000}`;

const CREATED = `{"pk":27150,"amount":"50000.00","state":0,"date_created":"2026-04-06T01:38:31.847828-05:00","payment_method":null,
 "url":"3gofdf6f","owner":"3000000000","name":"Merchant SAS","payed_amount":"47605.00","client_assume_costs":false,
 "payment_method_enabled":"{\\"breb\\":true}","expiration_days":1,"fee_amount":2395,"fee_iva_amount":380,"platform":"desconocido",
 "callback":"https://...","fee_iva":0.19,"iva_amount":0,"not_send_email":false,"by_topup":false,"bank_withdraw":null,
 "payer_redirect_url":"https://...","franchise":null,"idempotency_key":"3000000000_8de7c88b84...","wallet_bitcoin":null,
 "amount_bitcoin":null,"currency":null,"currency_code":"COP"}`;

describe('Cobru examples: payment callbacks', () => {
  it('documented callback (Cobru webhooks page)', () => {
    expect(extract(DOCUMENTED)).toMatchObject({
      readable: true,
      subject: { account: 'cobru', kind: 'payment', reference: '3gofdf6f' },
      environment: null,
      withheld: [],
    });
    expect(eventOf(observe(DOCUMENTED))).toEqual({
      eventType: 'state.3',
      dedupeId: '3gofdf6f|3',
      providerEventId: null,
      orderId: null,
      occurredAt: null,
      references: ['123'],
      tells: {
        about: 'payment',
        fact: {
          ...noDetails,
          status: 'succeeded',
          rank: 50,
          amount: cop(5_000_000n),
          method: 'Bre-B',
        },
      },
    });
  });

  it.each(['payed', 'Payed'])('original callback (C-spot), spelt %s', (spelling) => {
    const observation = observe(ORIGINAL.replace('"payed"', `"${spelling}"`));
    expect(eventOf(observation)).toMatchObject({
      eventType: 'state.3',
      dedupeId: '8xfiz72r|3',
      tells: {
        fact: {
          status: 'succeeded',
          amount: cop(5_000_000n),
          net: cop(4_405_000n),
          fee: cop(500_000n),
          tax: cop(95_000n),
          method: 'pse',
        },
      },
    });
    expect(observation.value.toString()).toBe(
      `{"body":{"${spelling}":true,"url":"8xfiz72r","state":3,"amount":50000,"payed_amount":44050,"fee_amount":5000.0,"iva_amount":950.0,"payment_method":"pse"},"query":{}}`,
    );
  });

  it('original callback with the PSE trace code', () => {
    const withCode = ORIGINAL.replace('"state"', '"cus":"987654","state"');
    expect(eventOf(observe(withCode)).references).toEqual(['987654']);
  });

  it('both callbacks as a form give the same event', () => {
    for (const body of [DOCUMENTED, ORIGINAL]) {
      const form = new URLSearchParams(
        Object.entries(JSON.parse(body) as Record<string, unknown>).map(
          ([name, value]): [string, string] => [name, String(value)],
        ),
      ).toString();
      expect(eventOf(observe(form))).toEqual(eventOf(observe(body)));
    }
  });
});

describe('Cobru attribution', () => {
  const query = { ref: 'ORD-1', other: 'canary' };

  it('names the order of the URL where the URL proved itself', () => {
    for (const mode of ['url-secret', 'url-token'] as const) {
      const observation = observe(DOCUMENTED, { query, verification: { ...urlSecret, mode } });
      expect(eventOf(observation)).toMatchObject({
        orderId: 'ORD-1',
        references: ['123'],
        tells: { fact: { orderId: 'ORD-1' } },
      });
    }
  });

  it('names none where it did not, and never the orderId of the body', () => {
    const wrong: Verification = { mode: 'url-secret', keyId: null, verdict: 'unverified' };
    for (const verification of [nothing, wrong]) {
      expect(eventOf(observe(DOCUMENTED, { query, verification }))).toMatchObject({
        orderId: null,
        tells: { fact: { orderId: null } },
      });
    }
    expect(eventOf(observe(DOCUMENTED, { verification: urlSecret })).orderId).toBeNull();
  });

  it('keeps the reference of the query and nothing else', () => {
    expect(observe('{}', { query }).value.toString()).toBe(
      '{"body":{},"query":{"reference":"ORD-1"}}',
    );
    const email = extract('{}', { ref: 'buyer@example.com' });
    expect(email.value.toString()).toBe('{"body":{},"query":{}}');
    expect(email).toMatchObject({ withheld: ['query.reference'] });
  });

  it('keeps the reference of a body that cannot be read', () => {
    expect(extract('{"url":', query)).toEqual({
      readable: false,
      reason: 'malformed-json',
      value: Buffer.from('{"body":null,"query":{"reference":"ORD-1"}}'),
    });
    expect(cobru.interpret(observe('{"url":', { query }), 1)).toEqual({
      ignored: 'unreadable-body',
    });
  });
});

describe('Cobru states', () => {
  it.each([
    [0, 'created', 10],
    [1, 'pending', 20],
    [5, 'expired', 30],
    [2, 'failed', 40],
    [3, 'succeeded', 50],
    [4, 'refunded', 60],
  ])('%i is %s of rank %i', (state, status, rank) => {
    const event = eventOf(observe(DOCUMENTED.replace('"state":3', `"state":${state}`)));
    expect(event).toMatchObject({ eventType: `state.${state}`, tells: { fact: { status, rank } } });
  });

  it.each([
    '{"url":"a","state":9}',
    '{"url":"a","state":"paid"}',
    '{"url":"a","state":"deposited"}',
    '{"url":"a","payed":true}',
  ])('%s has no effect', (body) => {
    expect(cobru.interpret(observe(body), 1)).toEqual({ ignored: 'unknown-state' });
  });

  it('what names no payment goes unkeyed and has no effect', () => {
    for (const body of [
      '{}',
      '{"state":3}',
      'hello=1',
      '{"url":"..","state":3}',
      '{"url":"a@b.ex","state":3}',
    ]) {
      expect(extract(body)).toMatchObject({ readable: true, subject: null });
      expect(cobru.interpret(observe(body), 1)).toEqual({ ignored: 'no-subject' });
    }
    expect(extract('')).toMatchObject({ readable: false, reason: 'empty-body' });
    expect(extract('no form')).toMatchObject({ readable: false, reason: 'malformed-form' });
  });
});

describe('Cobru examples: answers', () => {
  it('lookup (C-oas)', () => {
    expect(eventOf(lookedUp(DETAIL))).toEqual({
      eventType: 'lookup',
      dedupeId: id,
      providerEventId: null,
      orderId: null,
      occurredAt: '2019-03-14T19:54:42.000Z',
      references: [],
      tells: {
        about: 'payment',
        fact: {
          ...noDetails,
          status: 'pending',
          rank: 20,
          occurredAt: '2019-03-14T19:54:42.000Z',
          amount: cop(10_759_500n),
          net: cop(10_000_000n),
          fee: cop(638_300n),
          tax: cop(121_277n),
          method: 'efecty',
        },
      },
    });
  });

  it('a currency that we do not know leaves no amount, and does not vanish unseen', () => {
    const event = eventOf(lookedUp(CREATED.replace('"COP"', '"XXX"'), { url: '3gofdf6f' }));
    expect(event.tells).toMatchObject({ fact: { amount: null, marks: ['mismatch'] } });
  });

  it('a currency in lower case is that currency', () => {
    const event = eventOf(lookedUp(CREATED.replace('"COP"', '"cop"'), { url: '3gofdf6f' }));
    expect(event.tells).toMatchObject({ fact: { amount: cop(5_000_000n) } });
  });

  it.each(['order-77', '1234567890', 'a3f1_9', '0197c0de-0000-7000-8000-000000000001'])(
    'an idempotency key of ours is kept: %s',
    (key) => {
      const answer = CREATED.replace('3000000000_8de7c88b84...', key);
      expect(eventOf(lookedUp(answer, { url: '3gofdf6f' })).references).toEqual(['27150', key]);
    },
  );

  it('lookup of a payment that was paid, or expired, has that time', () => {
    const paid = DETAIL.replace('"state":1', '"state":3').replace(
      '"date_payed":""',
      '"date_payed":1552600000000',
    );
    expect(eventOf(lookedUp(paid)).occurredAt).toBe('2019-03-14T21:46:40.000Z');
    const expired = DETAIL.replace('"state":1', '"state":5');
    expect(eventOf(lookedUp(expired)).occurredAt).toBe('2019-03-22T09:59:59.000Z');
  });

  it('lookup of a refunded payment says that all of it went back', () => {
    const refunded = DETAIL.replace('"state":1', '"state":4');
    expect(eventOf(lookedUp(refunded)).tells.fact).toMatchObject({
      status: 'refunded',
      amount: cop(10_759_500n),
      refundedTotal: cop(10_759_500n),
    });
  });

  it('create response (C-learn) reads as a lookup does', () => {
    expect(eventOf(lookedUp(CREATED, { url: '3gofdf6f' }))).toMatchObject({
      occurredAt: '2026-04-06T06:38:31.847Z',
      // Not the key that Cobru made of the owner's telephone number.
      references: ['27150'],
      tells: {
        fact: {
          status: 'created',
          amount: cop(5_000_000n),
          net: cop(4_760_500n),
          fee: cop(239_500n),
          tax: cop(0n),
          method: null,
        },
      },
    });
  });

  it('not found is an answer: there is no payment', () => {
    expect(eventOf(lookedUp(null, { status: 404 }))).toEqual({
      eventType: 'lookup',
      dedupeId: id,
      providerEventId: null,
      orderId: null,
      occurredAt: null,
      references: [],
      tells: { about: 'payment', fact: null },
    });
  });

  it('an answer about another payment has no effect', () => {
    expect(cobru.interpret(lookedUp(DETAIL, { url: '3gofdf6f' }), 1)).toEqual({
      ignored: 'other-subject',
    });
  });
});
