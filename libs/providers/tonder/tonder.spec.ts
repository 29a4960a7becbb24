import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verification } from '#events/observation.js';
import {
  extractTonderBody as extract,
  interpretTonderBody as interpret,
  observeTonder as observe,
  tonderEventOf,
  tonderFactOf,
} from '../../../test/harness/tonder-observations.js';
import { TONDER_STATUS_WORDS, tonderStatus } from './statuses.js';
import { tonder } from './tonder.js';

const UNPROVEN: Verification = { mode: 'hmac', keyId: null, verdict: 'unverified' };

const eventOf = (body: string | object, verification?: Verification) =>
  tonderEventOf(observe(body, verification));
const factOf = (body: string | object, verification?: Verification) =>
  tonderFactOf(observe(body, verification));
const mxn = (minor: bigint) => ({ minor, currency: 'MXN', exponent: 2 });

const DIRECT = {
  id: 'fc38522e',
  operation_type: 'payment',
  amount: '70',
  currency: 'MXN',
  client_reference: 'order-1',
  status: 'Success',
  transaction_id: 'e9340a04',
  payment_method_type: 'SPEI',
  created: '2026-05-21T19:15:32.029134Z',
  metadata: { order_id: 'ORD-1' },
  event_type: 'payment_Success',
};

describe('the direct shape', () => {
  it('tells the whole of a payment', () => {
    expect(eventOf(DIRECT)).toMatchObject({
      eventType: 'payment_Success',
      dedupeId: 'fc38522e|payment_Success',
      providerEventId: null,
      orderId: 'order-1',
      references: ['e9340a04', 'ORD-1'],
    });
    expect(factOf(DIRECT)).toMatchObject({
      kind: 'payment',
      status: 'succeeded',
      amount: mxn(7_000n),
      orderId: 'order-1',
      clientReference: null,
      method: 'SPEI',
      marks: [],
    });
  });

  it('dates a creation, and not what came of it, by the time of the creation', () => {
    const pending = { ...DIRECT, event_type: 'payment_Pending', status: 'Pending' };
    expect(factOf(pending).occurredAt).toBe('2026-05-21T19:15:32.029Z');
    expect(factOf(DIRECT).occurredAt).toBeNull();
  });

  it.each([
    [{ client_reference: null, merchant_reference: 'older-1' }, 'older-1'],
    [{ client_reference: '' }, 'ORD-1'],
    [{ client_reference: null, metadata: { external_id: 'EXT-1' } }, 'EXT-1'],
    [{ client_reference: null, metadata: {} }, null],
  ])('finds our order in %j', (change, orderId) => {
    expect(eventOf({ ...DIRECT, ...change }).orderId).toBe(orderId);
  });

  it('names no order where the sender proved nothing, or knew the URL only', () => {
    for (const verification of [
      UNPROVEN,
      { mode: 'url-secret', keyId: 's1', verdict: 'verified' },
    ] as const) {
      const { orderId, references } = eventOf(DIRECT, verification);
      expect([orderId, factOf(DIRECT, verification).orderId]).toEqual([null, null]);
      expect(references).toContain('order-1');
    }
  });

  it('keeps the code of a decline, and not its words', () => {
    const declined = {
      ...DIRECT,
      event_type: 'payment_Declined',
      decline_code: 'BH01',
      decline_reason: 'Card of Jane Canary',
    };
    expect(factOf(declined)).toMatchObject({ status: 'failed', failureCode: 'BH01' });
    expect(extract(declined).value.toString()).not.toContain('Canary');
  });

  it('goes by the name of the event, which is what it is deduped by', () => {
    expect(factOf({ ...DIRECT, status: 'Pending' }).status).toBe('succeeded');
  });

  it.each([
    { event_type: 'payment_Teleported' },
    { event_type: 'dispute_Success' },
    { event_type: 'Success' },
    { operation_type: 'dispute' },
    { operation_type: 'withdrawal' },
    { event_type: 'withdrawal_Success' },
    { operation_type: 'withdrawal', event_type: 'refund_Success' },
  ])('ignores what is not documented: %j', (change) => {
    expect(interpret({ ...DIRECT, ...change })).toEqual({ ignored: 'unknown-event' });
  });

  it('tells a withdrawal of no order, with our reference of it', () => {
    const withdrawal = {
      ...DIRECT,
      operation_type: 'withdrawal',
      event_type: 'withdrawal_Success',
    };
    expect(observe(withdrawal).subject).toBe('mx/withdrawal/fc38522e');
    expect(eventOf(withdrawal).orderId).toBeNull();
    expect(factOf(withdrawal)).toMatchObject({
      kind: 'withdrawal',
      status: 'succeeded',
      orderId: null,
      clientReference: 'order-1',
    });
  });

  it('has no subject where the id could not be asked for', () => {
    for (const id of ['.', '..', 'Jane Canary', '+5215512345678', 'x'.repeat(201)]) {
      expect(interpret({ ...DIRECT, id })).toEqual({ ignored: 'no-subject' });
    }
  });
});

describe('an amount', () => {
  it.each(['mxn', 'Mxn'])('is read whatever the case of its currency: %s', (currency) => {
    expect(factOf({ ...DIRECT, currency })).toMatchObject({ amount: mxn(7_000n), marks: [] });
  });

  it.each([{ currency: 'XAU' }, { amount: '70.005' }])(
    'that cannot be read does not vanish unseen: %j',
    (change) => {
      expect(factOf({ ...DIRECT, ...change })).toMatchObject({ amount: null, marks: ['mismatch'] });
      const refund = { ...DIRECT, event_type: 'refund_Success', ...change };
      expect(factOf(refund)).toMatchObject({ amount: null, marks: ['mismatch'] });
    },
  );

  it('that is not stated is nothing out of the ordinary', () => {
    expect(factOf({ ...DIRECT, amount: undefined })).toMatchObject({ amount: null, marks: [] });
  });
});

describe('frictionless deposits', () => {
  it.each([
    ['70', '100', []],
    ['130.50', '100', []],
    ['100', '100.00', ['mismatch']],
    ['100', undefined, ['mismatch']],
  ])('of %s where %s was expected book what was received', (amount, expected, marks) => {
    const metadata = { mismatched_deposit: 'True', original_expected_amount: expected };
    expect(factOf({ ...DIRECT, amount, metadata })).toMatchObject({
      amount: mxn(BigInt(Number(amount) * 100)),
      expected: expected === undefined ? null : mxn(10_000n),
      marks,
    });
  });

  it('are as expected where nothing else is said', () => {
    const metadata = { mismatched_deposit: 'False', original_expected_amount: '100' };
    expect(factOf({ ...DIRECT, metadata }).marks).toEqual([]);
  });

  it.each([
    { concept: 'Frictionless deposit - auto-created' },
    { metadata: { concept: 'Frictionless deposit - auto-created', order_id: 'auto-9' } },
  ])('that nobody asked for belong to no order: %j', (change) => {
    expect(eventOf({ ...DIRECT, ...change }).orderId).toBeNull();
    expect(factOf({ ...DIRECT, ...change })).toMatchObject({
      status: 'succeeded',
      amount: mxn(7_000n),
      orderId: null,
    });
  });

  it("keep no concept of the payer's own, and do not count it as withheld", () => {
    const body = { ...DIRECT, concept: 'rent of Jane Canary, jane@canary.example' };
    expect(extract(body).value.toString()).not.toMatch(/canary/i);
    expect(extract(body)).toMatchObject({ withheld: [] });
    expect(eventOf(body).orderId).toBe('order-1');
  });
});

describe('statuses', () => {
  it('are compared without case and ranked for ever', () => {
    const words = TONDER_STATUS_WORDS.map((word) => {
      const status = tonderStatus(word);
      expect(tonderStatus(word.toUpperCase())).toEqual(status);
      return `${word} ${status?.status} ${status?.rank}`;
    });
    expect(words).toEqual([
      'pending pending 10',
      'on_hold pending 10',
      'pending_3ds pending 10',
      'unknown pending 10',
      'authorized authorized 20',
      'processing processing 30',
      'sent_to_provider processing 30',
      'in_transit processing 30',
      'success succeeded 60',
      'paid_full succeeded 60',
      'completed succeeded 60',
      'declined failed 50',
      'rejected failed 50',
      'failed failed 50',
      'expired expired 40',
      'cancelled cancelled 45',
      'canceled cancelled 45',
      'refunded refunded 70',
    ]);
  });

  it('have an example in the catalogue, and all of them mean something', () => {
    for (const { name, body } of tonder.catalogue) {
      const interpretation = interpret(body);
      if (name === 'anything else') expect(interpretation).toEqual({ ignored: 'probe' });
      else expect(interpretation, name).toHaveProperty('event');
    }
    const named = tonder.catalogue.map(({ shape, name }) => `${shape}: ${name}`);
    expect(new Set(named).size).toBe(named.length);
  });
});

describe('what has no effect', () => {
  it.each(['{}', '', '{"message":"Webhook test"}', '{"event":"ping","data":{}}'])(
    'keeps the probe %j, as readable and of no subject',
    (body) => {
      expect(extract(body)).toMatchObject({ readable: true, subject: null });
      expect(interpret(body)).toEqual({ ignored: 'probe' });
    },
  );

  it('takes a shape that is not documented for no probe where it states money', () => {
    expect(interpret({ id: 'a', status: 'Success', amount: 1 })).toEqual({
      ignored: 'unknown-event',
    });
  });

  it.each([
    ['[]', 'not-an-object'],
    ['{"id":', 'malformed-json'],
    ['{"id":"a","id":"b"}', 'duplicate-member'],
  ])('keeps %s, which cannot be read', (body, reason) => {
    expect(extract(body)).toMatchObject({ readable: false, reason });
    expect(interpret(body)).toEqual({ ignored: 'unreadable-body' });
  });

  it('never throws, whatever the members hold', () => {
    const word = fc.oneof(
      fc.constantFrom('payment', 'refund', 'refund_Success', 'payment_', 'session.completed'),
      fc.constantFrom('Success', '1e9', '', '.', '__proto__', 'constructor', '2026-13-45'),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const names =
      'id operation_type event_type event event_id type action status amount currency created ' +
      'concept transaction_reference withdrawal_id original_transaction_id';
    const members = fc.record(Object.fromEntries(names.split(' ').map((name) => [name, word])), {
      requiredKeys: [],
    });
    fc.assert(
      fc.property(members, members, (body, data) => {
        const nested = { ...body, data, metadata: data };
        for (const one of [body, nested]) expect(interpret(one)).toBeTypeOf('object');
      }),
      { numRuns: 300 },
    );
  });
});

describe('personal members', () => {
  it('never enter the facts, in any shape', () => {
    const person = {
      name: 'Jane Canary',
      first_name: 'Jane Canary',
      email: 'canary@example.com',
      phone: '+525512345678',
      card_details: { brand: 'visa', last4: '5555', number: '4000000000000077' },
      customer: { name: 'Jane Canary', email: 'canary@example.com' },
      account_data: { cuenta_beneficiario: '846180000400000001' },
      beneficiary_rfc: 'CANARY000000XX0',
      decline_reason: 'Canary',
      message: 'Canary',
      latitude: '22.8870221',
    };
    for (const { body } of tonder.catalogue) {
      const { data = {}, metadata = {} } = body as { data?: object; metadata?: object };
      const facts = extract({
        ...body,
        ...person,
        metadata: { ...metadata, ...person },
        data: { ...data, ...person, metadata: person },
        response: person,
      }).value.toString();
      expect(facts).not.toMatch(/canary|5555|846180000400000001|4000000000000077|22\.887/i);
    }
  });

  it('are withheld where an id, a word or a reference is expected', () => {
    const extraction = extract({
      ...DIRECT,
      id: 'Jane Canary',
      transaction_id: '+525512345678',
      client_reference: 'canary@example.com',
      payment_method_type: 'Jane Canary',
      currency: '4000000000000077',
      merchant_reference: 'Jane Canary 55 1234 5678',
      external_id: '+525512345678',
      metadata: { order_id: 'Jane Canary 55 1234 5678', external_id: 'rent of Jane Canary' },
    });
    expect(extraction.value.toString()).not.toMatch(/canary|55123|55 1234|40000000/i);
    expect(extraction).toMatchObject({
      withheld: [
        'id',
        'currency',
        'client_reference',
        'transaction_id',
        'payment_method_type',
        'metadata.order_id',
        'metadata.external_id',
        'merchant_reference',
        'external_id',
      ],
    });
  });
});
