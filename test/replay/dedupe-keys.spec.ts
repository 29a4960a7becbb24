import { describe, expect, it } from 'vitest';
import { subjectKey } from '#events/subject.js';
import { cobruKeys } from '#providers/cobru/keys.js';
import { COBRU_WEBHOOK_MEMBERS } from '#providers/cobru/profile.js';
import { conomyKeys } from '#providers/conomy/keys.js';
import { CONOMY_MEMBERS } from '#providers/conomy/profile.js';
import { joinDedupeId, type DeliveryKeys } from '#providers/delivery-keys.js';
import type { FactMembers } from '#providers/fact-members.js';
import type { Facts } from '#providers/facts.js';
import { mintcashKeys } from '#providers/mintcash/keys.js';
import { MINTCASH_MEMBERS } from '#providers/mintcash/profile.js';
import { readJsonOrFormBody } from '#providers/read-body.js';
import { tonderKeys, tonderShape } from '#providers/tonder/keys.js';
import { TONDER_WEBHOOK_MEMBERS } from '#providers/tonder/profile.js';
import {
  COBRU_ROWS,
  CONOMY_ROWS,
  MINTCASH_ROWS,
  TONDER_ROWS,
  type Keys,
  type Row,
} from './key-samples.js';

/**
 * The golden table of subject keys and dedupe ids. Both are for ever: a key decides the partition
 * of everything about a subject, and a dedupe id whether a delivery counts. Never edit an
 * expectation here.
 */
const PROVIDERS: Record<string, { members: FactMembers; keys: (facts: Facts) => DeliveryKeys }> = {
  cobru: { members: COBRU_WEBHOOK_MEMBERS, keys: cobruKeys },
  conomy: { members: CONOMY_MEMBERS, keys: conomyKeys },
  mintcash: { members: MINTCASH_MEMBERS, keys: mintcashKeys },
  tonder: { members: TONDER_WEBHOOK_MEMBERS, keys: tonderKeys },
};

function factsOf(provider: string, body: string | object): Facts {
  const { members } = providerOf(provider);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const read = readJsonOrFormBody(Buffer.from(text), members);
  if ('refused' in read) throw new Error(`The sample was refused: ${read.refused}.`);
  return read.facts;
}

function providerOf(name: string) {
  const provider = PROVIDERS[name];
  if (provider === undefined) throw new Error(`${name} is not in the table.`);
  return provider;
}

function keysOf(provider: string, body: string | object): Keys {
  const { subject, eventType, dedupeId } = providerOf(provider).keys(factsOf(provider, body));
  const key = subject === null ? null : subjectKey({ account: provider, ...subject });
  return [key, eventType, dedupeId];
}

const ROWS: Record<string, readonly Row[]> = {
  cobru: COBRU_ROWS,
  conomy: CONOMY_ROWS,
  mintcash: MINTCASH_ROWS,
  tonder: TONDER_ROWS,
};

describe('golden keys', () => {
  it.each(COBRU_ROWS)('cobru: %s', (_, body, keys) => {
    expect(keysOf('cobru', body)).toEqual(keys);
  });
  it.each(CONOMY_ROWS)('conomy: %s', (_, body, keys) => {
    expect(keysOf('conomy', body)).toEqual(keys);
  });
  it.each(MINTCASH_ROWS)('mintcash: %s', (_, body, keys) => {
    expect(keysOf('mintcash', body)).toEqual(keys);
  });
  it.each(TONDER_ROWS)('tonder: %s', (_, body, keys) => {
    expect(keysOf('tonder', body)).toEqual(keys);
  });

  it('no two rows of one provider share a dedupe scope and id', () => {
    // These tell one fact in two shapes and are meant to dedupe.
    const same = ['payment callback as a form', 'contract C'];
    for (const [provider, rows] of Object.entries(ROWS)) {
      const ids = rows
        .filter(([name, , [, , id]]) => id !== null && !same.includes(name))
        .map(([, , keys]) => JSON.stringify(keys));
      expect(new Set(ids).size, provider).toBe(ids.length);
    }
  });
});

describe('Tonder shapes', () => {
  const all = {
    id: 'a',
    operation_type: 'payment',
    event_type: 'payment_Success',
    event_id: 'evt_1',
    data: { id: 'b' },
    type: 'checkout.hosted',
    status_changes: [],
    withdrawal_id: 'w',
    transaction_reference: 'r',
  };

  it('are told in their order', () => {
    const order: string[] = [];
    const body: Record<string, unknown> = { ...all };
    for (const member of [
      'operation_type',
      'event_id',
      'type',
      'status_changes',
      'withdrawal_id',
    ]) {
      order.push(tonderShape(factsOf('tonder', body)) ?? 'none');
      delete body[member];
    }
    order.push(tonderShape(factsOf('tonder', body)) ?? 'none');
    delete body['transaction_reference'];
    order.push(tonderShape(factsOf('tonder', body)) ?? 'none');
    expect(order).toEqual([
      'direct',
      'nested',
      'hosted',
      'withdrawal',
      'withdrawal',
      'legacy',
      'none',
    ]);
  });
});

describe('dedupe ids', () => {
  it('never join different parts to one id', () => {
    const ids = [
      joinDedupeId('a|b', 'c'),
      joinDedupeId('a', 'b|c'),
      joinDedupeId('a', 'b', 'c'),
      joinDedupeId('a%7Cb', 'c'),
      joinDedupeId('a', null, 'b'),
      joinDedupeId('a', 'b'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('subject keys', () => {
  it.each([
    ['3gofdf6f', 'a/payment/3gofdf6f'],
    ['Ab-_.~9', 'a/payment/Ab-_.~9'],
    ['a/b c%', 'a/payment/a%2Fb%20c%25'],
    ["!'()*", 'a/payment/%21%27%28%29%2A'],
    ['ñ', 'a/payment/%C3%B1'],
    ['x'.repeat(200), `a/payment/${'x'.repeat(200)}`],
    ['x'.repeat(201), null],
    ['ñ'.repeat(34), null],
    ['', null],
  ])('of the reference %s', (reference, key) => {
    expect(subjectKey({ account: 'a', kind: 'payment', reference })).toBe(key);
  });
});
