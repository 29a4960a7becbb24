import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import { noDetails, type PaymentDetails } from '#ledger/payment/payment-fact.js';
import type { Account } from '../account.js';
import { parseAccounts } from '../parse-accounts.js';
import type { ProviderEvent } from '../provider.js';
import { checkCredential, checkSignature } from '../verification.js';
import { mintcash } from './mintcash.js';

const account = accountOf({ provider: 'mintcash', secret: 'test-signing-secret' });

function accountOf(entry: object): Account {
  const result = parseAccounts(JSON.stringify({ accounts: [entry] }));
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  const [first] = result.accounts;
  if (first === undefined) throw new Error('The file has no account.');
  return first;
}

function extract(body: string | object) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return mintcash.extractWebhook({
    account,
    route: 'mintcash',
    body: Buffer.from(text),
    contentType: 'application/json',
    query: { ignored: 'canary' },
  });
}

function observe(body: string | object): Observation {
  const extraction = extract(body);
  const key =
    extraction.readable && extraction.subject !== null ? subjectKey(extraction.subject) : null;
  return {
    id: '0197c0de-0000-7000-8000-000000000001',
    kind: 'webhook',
    account: account.id,
    route: 'mintcash',
    subject: key ?? 'mintcash/unkeyed/digest',
    receivedAtMs: 0,
    schema: mintcash.schemas.webhook,
    verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
    requestId: 'request',
    providerTraceIds: [],
    redactedQuery: null,
    headers: {},
    bodyType: 'application/json',
    bodyDigest: 'd1:digest',
    traceparent: null,
    lookup: null,
    value: extraction.value,
    sealed: null,
  };
}

function interpret(body: string | object) {
  return mintcash.interpret(observe(body), 1);
}

function eventOf(body: string | object): ProviderEvent {
  const interpretation = interpret(body);
  if ('ignored' in interpretation) throw new Error(`Ignored: ${interpretation.ignored}.`);
  return interpretation.event;
}

function paymentOf(body: string | object): PaymentDetails | null {
  const { tells } = eventOf(body);
  if (tells.about !== 'payment') throw new Error(`It tells of a ${tells.about}.`);
  return tells.fact;
}

const usd = (minor: bigint) => ({ minor, currency: 'USD', exponent: 2 });

const DOCUMENTED = `{"eventId":"01HXX...","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01","environment":"live",
 "createdAt":"2026-05-22T14:32:08.412Z",
 "data":{"id":"pmt_01HXX...","externalId":"order_123","status":"succeeded","amount":49.99,"currency":"USD",
  "providerTransactionId":"provider_txn_abc","failureCode":null,"failureMessage":null,"amountRefunded":0,"amountRefundable":49.99,
  "customer":{"id":"cust_01HXX...","externalId":"cust_42","email":"buyer@example.com","name":"Test Buyer","phone":"+15551234567"},
  "billingAddress":{"country":"US","postalCode":"10001","name":"Test Buyer","line1":"1 Example Ave","line2":null,"city":"New York","state":"NY"},
  "card":{"brand":"mastercard","last4":"0000","expMonth":12,"expYear":2030},"cardToken":"tok_01HXX...",
  "createdAt":"2026-05-22T14:31:50.001Z","updatedAt":"2026-05-22T14:32:08.412Z"}}`;

const OBSERVED = `{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01",
 "environment":"test","createdAt":"2026-06-30T15:41:21.585Z",
 "data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e","externalId":"demo-1","status":"succeeded","amount":1.25,"currency":"USD",
  "providerTransactionId":"cpi_9gxlhq37FU0ZamQ6","failureCode":null,"failureMessage":null,"amountRefunded":0,"amountRefundable":1.25,
  "customer":{"id":"<uuid>","externalId":"customer-1","email":"x@example.com","name":"Demo","phone":null},
  "billingAddress":{"country":"GB","postalCode":"SW1A 1AA","name":null,"line1":null,"line2":null,"city":null,"state":null},
  "card":{"brand":"mastercard","first6":"551928","last4":"0000","mask":"551928******0000","expMonth":"03","expYear":"31"}}}`;

const V3 =
  '{"eventId":"e8a963c3-7800-4392-9050-7baf32905048","event":"payment.succeeded","type":"payment","apiVersion":"2026-05-01","environment":"test","createdAt":"2026-06-30T15:41:21.585Z","data":{"id":"5807f36c-a19d-4a65-838c-4749f07ca66e","externalId":"order-1","status":"succeeded","amount":1.25,"currency":"USD"}}';

describe('MintCash examples', () => {
  it('documented payment event (M-docs)', () => {
    expect(extract(DOCUMENTED)).toMatchObject({
      readable: true,
      subject: { account: 'mintcash', kind: 'payment', reference: 'pmt_01HXX...' },
      environment: 'live',
      providerTraceIds: [],
      withheld: [],
    });
    expect(eventOf(DOCUMENTED)).toEqual({
      eventType: 'payment.succeeded',
      dedupeId: '01HXX...',
      providerEventId: '01HXX...',
      orderId: 'order_123',
      occurredAt: '2026-05-22T14:32:08.412Z',
      references: ['provider_txn_abc'],
      tells: {
        about: 'payment',
        fact: {
          ...noDetails,
          status: 'succeeded',
          rank: 50,
          occurredAt: '2026-05-22T14:32:08.412Z',
          amount: usd(4999n),
          refundedTotal: usd(0n),
          orderId: 'order_123',
          method: 'card',
        },
      },
    });
  });

  it('observed payment event (M-obs), also with no card', () => {
    const event = eventOf(OBSERVED);
    expect(event).toMatchObject({
      dedupeId: 'e8a963c3-7800-4392-9050-7baf32905048',
      orderId: 'demo-1',
      references: ['cpi_9gxlhq37FU0ZamQ6'],
      tells: { fact: { status: 'succeeded', amount: usd(125n), method: 'card' } },
    });
    const withoutCard = OBSERVED.replace(/"card":\{[^}]*\}/, '"card":null');
    expect(paymentOf(withoutCard)).toEqual({ ...event.tells.fact, method: null });
  });

  it('observed failures: expired and general_fatal_error, whose amountRefundable means nothing', () => {
    for (const code of ['expired', 'general_fatal_error']) {
      const failed = OBSERVED.replaceAll('succeeded', 'failed').replace(
        '"failureCode":null',
        `"failureCode":"${code}"`,
      );
      expect(paymentOf(failed)).toMatchObject({
        status: 'failed',
        amount: usd(125n),
        refundedTotal: usd(0n),
        failureCode: code,
      });
    }
  });

  it('vector V3', () => {
    const signature = '068722a27f0eab32f77a7211e367789f120c7844200fbc54f11352a9d2d6c82e';
    const headers = { 'x-signature': signature };
    const [source] = account.sources;
    if (source === undefined) throw new Error('The account has no source.');
    const request = { headers, query: {}, account: account.id, receivedAtMs: 0 };
    const credential = checkCredential(source, request);
    expect(checkSignature(source, { headers, body: Buffer.from(V3), credential })).toMatchObject({
      verification: { mode: 'hmac', keyId: 's1', verdict: 'verified' },
      isRefused: false,
      reason: null,
    });
    const forged = Buffer.from(V3.replace('1.25', '9.25'));
    expect(checkSignature(source, { headers, body: forged, credential }).isRefused).toBe(true);
    expect(createHmac('sha256', 'test-signing-secret').update(V3).digest('hex')).toBe(signature);
    expect(eventOf(V3)).toMatchObject({
      orderId: 'order-1',
      tells: { fact: { amount: usd(125n) } },
    });
  });
});

describe('MintCash statuses', () => {
  it.each([
    ['payment.created', 'created', 10],
    ['payment.pending', 'pending', 20],
    ['payment.authorized', 'authorized', 30],
    ['payment.failed', 'failed', 40],
    ['payment.expired', 'expired', 40],
    ['payment.succeeded', 'succeeded', 50],
    ['payment.partially_refunded', 'partially_refunded', 60],
    ['payment.voided', 'cancelled', 70],
    ['payment.refunded', 'refunded', 80],
    ['payment.refund_failed', 'succeeded', 50],
  ])('%s is %s of rank %i', (event, status, rank) => {
    expect(paymentOf(V3.replace('payment.succeeded', event))).toMatchObject({ status, rank });
  });

  it.each([
    ['subscription.renamed', 'unknown-event'],
    ['subscription.constructor', 'unknown-event'],
    ['payment.disputed', 'unknown-event'],
    ['payment.constructor', 'unknown-event'],
    ['refund.disputed', 'unknown-event'],
    ['refund.succeeded', 'refund-without-payment'],
    ['payout.paid', 'unknown-event'],
  ])('%s has no effect: %s', (event, ignored) => {
    expect(interpret(V3.replace('payment.succeeded', event))).toEqual({ ignored });
  });

  it('an event without a name, a payment or a readable body has no effect', () => {
    expect(interpret('{}')).toEqual({ ignored: 'no-event' });
    expect(interpret('{"event":"payment.succeeded"}')).toEqual({ ignored: 'no-subject' });
    expect(interpret('{"event":')).toEqual({ ignored: 'unreadable-body' });
    expect(extract('[]')).toMatchObject({ readable: false, reason: 'not-an-object' });
    expect(extract('')).toMatchObject({ readable: false, reason: 'empty-body' });
    expect(extract('{"a":1,"a":2}')).toMatchObject({ reason: 'duplicate-member' });
  });

  it('another provider of observations is not its business', () => {
    const observation = { ...observe(V3), kind: 'decision' as const };
    expect(mintcash.interpret(observation, 1)).toEqual({ ignored: 'not-interpreted' });
  });

  it('an event without an id dedupes by the digest of its bytes', () => {
    const event = eventOf(V3.replace(/"eventId":"[^"]*",/, ''));
    expect(event).toMatchObject({ dedupeId: 'd1:digest', providerEventId: null });
  });
});

describe('MintCash amounts', () => {
  it.each([
    ['49.99', 'USD', 4999n, 2],
    ['1.1', 'EUR', 110n, 2],
    ['25', 'GBP', 2500n, 2],
    ['70.00', 'MXN', 7000n, 2],
    ['9007199254.74', 'COP', 900719925474n, 2],
    ['5000', 'CLP', 5000n, 0],
    ['5000.0', 'PYG', 5000n, 0],
    ['0.1', 'USDC', 100000n, 6],
    ['49.99', 'usd', 4999n, 2],
    ['5000', 'Clp', 5000n, 0],
  ])('%s %s', (amount, currency, minor, exponent) => {
    const body = V3.replace('1.25', amount).replace('"USD"', `"${currency}"`);
    const money = { minor, currency: currency.toUpperCase(), exponent };
    expect(paymentOf(body)?.amount).toEqual(money);
  });

  it.each([
    ['1.255', 'USD'],
    ['5000.5', 'CLP'],
    ['1e2', 'USD'],
    ['1.25', 'XXX'],
    ['1.25', 'toString'],
    ['null', 'USD'],
  ])('never guesses %s %s', (amount, currency) => {
    const body = V3.replace('1.25', amount).replace('"USD"', `"${currency}"`);
    expect(paymentOf(body)?.amount).toBeNull();
  });

  it('in a currency that we do not know are paid, and do not vanish unseen', () => {
    const unknown = { status: 'succeeded', amount: null, marks: ['mismatch'] };
    expect(paymentOf(V3.replace('"USD"', '"XXX"'))).toMatchObject(unknown);
    expect(paymentOf(V3.replace('1.25', 'null'))?.marks).toEqual([]);
  });
});

describe('MintCash facts', () => {
  it('hold what the profile names, as it was sent, and no personal data', () => {
    expect(JSON.parse(observe(OBSERVED).value.toString())).toEqual({
      body: {
        eventId: 'e8a963c3-7800-4392-9050-7baf32905048',
        event: 'payment.succeeded',
        type: 'payment',
        apiVersion: '2026-05-01',
        environment: 'test',
        createdAt: '2026-06-30T15:41:21.585Z',
        data: {
          id: '5807f36c-a19d-4a65-838c-4749f07ca66e',
          externalId: 'demo-1',
          status: 'succeeded',
          amount: 1.25,
          currency: 'USD',
          providerTransactionId: 'cpi_9gxlhq37FU0ZamQ6',
          failureCode: null,
          amountRefunded: 0,
          amountRefundable: 1.25,
          card: { brand: 'mastercard' },
        },
      },
      query: {},
    });
    expect(observe(V3.replace('1.25', '1.250')).value.toString()).toContain('"amount":1.250,');
  });
});
