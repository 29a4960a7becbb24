import { describe, expect, it } from 'vitest';
import type { Observation, Verification } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { noDetails } from '#ledger/payment/payment-fact.js';
import type { Account } from '../account.js';
import { encodeFacts } from '../facts.js';
import type { ProviderEvent } from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { cobru } from './cobru.js';
import { detailsOf } from './details.js';
import { COBRU_LOOKUP_MEMBERS, COBRU_PROFILES } from './profile.js';

const RATE = { perSecond: 1, burst: 1 };
const account: Account = {
  id: 'cobru',
  provider: 'cobru',
  environment: 'test',
  sources: [
    {
      name: 'cobru',
      verification: {
        mode: 'url',
        parameter: 't',
        referenceParameter: 'ref',
        secrets: [],
        tokenKeys: [],
      },
      rate: { verified: RATE, unverified: RATE },
      wrongEnvironmentStatus: 200,
    },
  ],
  api: null,
};
const token: Verification = { mode: 'url-token', keyId: 'k1', verdict: 'verified' };
const nothing: Verification = { mode: 'none', keyId: null, verdict: 'unverified' };
const id = '0197c0de-0000-7000-8000-000000000001';

const blank = {
  id,
  account: 'cobru',
  route: 'cobru',
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

function extract(body: string, query: Record<string, string> = {}) {
  const input = { account, route: 'cobru', body: Buffer.from(body), contentType: null, query };
  return cobru.extractWebhook(input);
}

function observe(body: string, verification = nothing): Observation {
  const extraction = extract(body, { ref: 'PAYOUT-1' });
  const key =
    extraction.readable && extraction.subject !== null ? subjectKey(extraction.subject) : null;
  return {
    ...blank,
    kind: 'webhook',
    subject: key ?? 'cobru/unkeyed/digest',
    schema: cobru.schemas.webhook,
    verification,
    lookup: null,
    value: extraction.value,
  };
}

function factsOf(body: string) {
  const read = readJsonBody(Buffer.from(body), COBRU_LOOKUP_MEMBERS);
  if ('refused' in read) throw new Error(read.refused);
  return read.facts;
}

function lookedUp(body: string, subject = 'cobru/bank-withdrawal/213355'): Observation {
  return {
    ...blank,
    kind: 'lookup',
    subject,
    schema: { provider: 'cobru', shape: 'lookup', version: 2 },
    verification: { mode: 'api', keyId: null, verdict: 'verified' },
    lookup: { asOf: 7n, askedAtMs: 0 },
    value: encodeFacts({ body: factsOf(body), query: new Map([['status', '200']]) }),
  };
}

function eventOf(observation: Observation): ProviderEvent {
  const interpretation = cobru.interpret(observation, 1);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

const cop = (minor: bigint) => ({ minor, currency: 'COP', exponent: 2 });

const BANK = `{"id":112941,"date_created":"2023-09-20 15:28:09","date_deposited":"","date_consigned":"","date_rejected":"2023-09-20 15:28:23",
 "state":5,"amount":19370,"payed_amount":10000,"account_holder_name":"TEST","account_type":0,"account_holder_document_type":0,
 "account_holder_document":"21342134","account_phone":"+57000000","account_email":"","bank_name":18,"note":null,
 "description":"testeo callback_","account_number":"0909090119"}`;

const CASH =
  'id=230&date_created=2022-08-17+16%3A08%3A36&date_deposited=&date_consigned=&date_rejected=&date_cancelled=2022-07-27+16%3A09%3A07&state=5&amount=13015&name=Testeo+efecty&document=213232323';

/** The members of the answer as documented, with its sums made to add up. */
const ANSWER = `{"type":"third_party_withdraw","pk":213355,"state":3,"amount":"110373.00","payed_amount":"103000.00","fee":6000.0,"fee_iva":1140.0,"gmf":"233.00",
 "account_number":"05559090119","description":"canary-text","date_created":1697145230000,"date_consigned":1697148830000,"date_deposited":1697147030000,
 "date_rejected":0,"account_holder_name":"CANARY","account_holder_document":"21342134","account_bank":"Nequi","owner_first_name":"Canary",
 "account_phone":"+57000000","idempotency_key":"PAYOUT-1","note":"canary"}`;

describe('Cobru withdrawal callbacks', () => {
  it('bank callback (C-spot): a claim that a withdrawal failed', () => {
    expect(extract(BANK)).toMatchObject({
      subject: { kind: 'bank-withdrawal', reference: '112941' },
      withheld: [],
    });
    expect(eventOf(observe(BANK))).toEqual({
      eventType: 'state.5',
      dedupeId: 'bank-withdrawal|112941|5',
      providerEventId: null,
      orderId: null,
      occurredAt: null,
      references: [],
      tells: {
        about: 'payment',
        fact: {
          ...noDetails,
          kind: 'withdrawal',
          status: 'failed',
          rank: 50,
          amount: cop(1_937_000n),
          net: cop(1_000_000n),
        },
      },
    });
  });

  it('cash callback (form), whose cancellation lies before its creation', () => {
    expect(extract(CASH)).toMatchObject({
      subject: { kind: 'cash-withdrawal', reference: '230' },
      withheld: [],
    });
    expect(eventOf(observe(CASH))).toMatchObject({
      eventType: 'state.5',
      dedupeId: 'cash-withdrawal|230|5',
      occurredAt: null,
      tells: { fact: { kind: 'withdrawal', status: 'failed', amount: cop(1_301_500n) } },
    });
  });

  it('take from the URL our own reference, never an order', () => {
    expect(eventOf(observe(BANK, token))).toMatchObject({
      orderId: null,
      tells: { fact: { orderId: null, clientReference: 'PAYOUT-1' } },
    });
    expect(eventOf(observe(BANK)).tells.fact).toMatchObject({ clientReference: null });
  });

  it('keep no holder, account or free text', () => {
    expect(observe(BANK).value.toString()).toBe(
      '{"body":{"id":112941,"date_created":"2023-09-20 15:28:09","date_deposited":"","date_consigned":"","date_rejected":"2023-09-20 15:28:23","state":5,"amount":19370,"payed_amount":10000,"account_type":0,"bank_name":18},"query":{"reference":"PAYOUT-1"}}',
    );
    expect(observe(CASH).value.toString()).not.toMatch(/efecty|213232323/);
  });
});

describe('Cobru withdrawal states', () => {
  it.each([
    [0, 'created', 'created'],
    [1, 'processing', 'processing'],
    [2, 'deposited', 'processing'],
    [3, 'consigned', 'succeeded'],
    [4, 'error', 'failed'],
    [5, 'rejected', 'failed'],
  ])('%i is %s: %s', (state, word, status) => {
    const event = eventOf(observe(BANK.replace('"state":5', `"state":${state}`)));
    expect(event).toMatchObject({
      eventType: `state.${state}`,
      dedupeId: `bank-withdrawal|112941|${state}`,
      tells: { fact: { status } },
    });
    for (const text of [word, word.toUpperCase(), String(state)]) {
      expect(eventOf(observe(BANK.replace('"state":5', `"state":"${text}"`)))).toEqual(event);
    }
  });

  it('a state that nobody documents has no effect, and no key of its own', () => {
    for (const state of ['9', '"paid"', '"Ana Gómez"', 'null']) {
      const body = BANK.replace('"state":5', `"state":${state}`);
      expect(cobru.interpret(observe(body), 1)).toEqual({ ignored: 'unknown-state' });
    }
  });

  it('2 is final where the profile says so', () => {
    const [profile] = COBRU_PROFILES;
    if (profile === undefined) throw new Error('There is no profile.');
    const deposited = factsOf(ANSWER.replace('"state":3', '"state":2'));
    expect(detailsOf('bank-withdrawal', deposited, profile)?.status).toBe('processing');
    const other = { ...profile, withdrawalPaidState: 2 } as const;
    expect(detailsOf('bank-withdrawal', deposited, other)).toMatchObject({
      status: 'succeeded',
      rank: 40,
    });
  });
});

describe('Cobru withdrawal lookups', () => {
  it('confirm amounts, the sum of the taxes, our reference and the time of the state', () => {
    expect(eventOf(lookedUp(ANSWER))).toEqual({
      eventType: 'lookup',
      dedupeId: id,
      providerEventId: null,
      orderId: null,
      occurredAt: '2023-10-12T22:13:50.000Z',
      references: ['213355', 'PAYOUT-1'],
      tells: {
        about: 'payment',
        fact: {
          ...noDetails,
          kind: 'withdrawal',
          status: 'succeeded',
          rank: 40,
          occurredAt: '2023-10-12T22:13:50.000Z',
          amount: cop(11_037_300n),
          net: cop(10_300_000n),
          fee: cop(600_000n),
          tax: cop(137_300n),
          clientReference: 'PAYOUT-1',
        },
      },
    });
    expect(lookedUp(ANSWER).value.toString()).not.toMatch(/canary|0555|2134|5700|Nequi/i);
  });

  it('read a time without a zone in Bogota, and none from before the creation', () => {
    const at = (date: string) =>
      ANSWER.replace('1697145230000', '"2023-10-12 16:13:50"').replace('1697148830000', date);
    expect(eventOf(lookedUp(at('"2023-10-12 17:13:50"'))).occurredAt).toBe(
      '2023-10-12T22:13:50.000Z',
    );
    expect(eventOf(lookedUp(at('"2023-10-11 17:13:50"'))).occurredAt).toBe(
      '2023-10-12T21:13:50.000Z',
    );
    expect(eventOf(lookedUp(at('[0]'))).occurredAt).toBe('2023-10-12T21:13:50.000Z');
  });

  it('that answer about another withdrawal have no effect', () => {
    const other = lookedUp(ANSWER, 'cobru/bank-withdrawal/213356');
    expect(cobru.interpret(other, 1)).toEqual({ ignored: 'other-subject' });
  });

  it('exist for every kind that may be asked for, and for no other', () => {
    for (const { lookupPaths } of COBRU_PROFILES) {
      expect(Object.keys(lookupPaths).sort()).toEqual([...cobru.lookupKinds].sort());
    }
  });
});
