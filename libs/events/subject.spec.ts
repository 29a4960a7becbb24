import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIdOf, subjectIdOf, refundIdOf } from './ids.js';
import { parseSubjectKey, REFERENCE_BYTES_MAX, subjectKey, unkeyedKey } from './subject.js';

const payment = (reference: string) =>
  subjectKey({ account: 'cobru-co', kind: 'payment', reference });

describe('subject key', () => {
  it.each([
    ['3gofdf6f', 'cobru-co/payment/3gofdf6f'],
    ['ABC-def_1.2~3', 'cobru-co/payment/ABC-def_1.2~3'],
    ['a/b c', 'cobru-co/payment/a%2Fb%20c'],
    ["!'()*", 'cobru-co/payment/%21%27%28%29%2A'],
    ['café', 'cobru-co/payment/caf%C3%A9'],
    ['%2F', 'cobru-co/payment/%252F'],
  ])('of "%s" is %s for ever', (reference, key) => expect(payment(reference)).toBe(key));

  it('gives back what it was made of, and differs where that differs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const key = payment(one);
        if (key === null) return;
        expect(key).toMatch(/^[\x21-\x7e]+$/);
        expect(parseSubjectKey(key)).toEqual({
          account: 'cobru-co',
          kind: 'payment',
          reference: one,
        });
        expect(payment(other) === key).toBe(one === other);
      }),
    );
  });

  it('is not made of what could not be a key', () => {
    expect(payment('')).toBeNull();
    expect(payment('\ud800')).toBeNull();
    expect(payment('x'.repeat(REFERENCE_BYTES_MAX))).not.toBeNull();
    expect(payment('x'.repeat(REFERENCE_BYTES_MAX + 1))).toBeNull();
    expect(payment('é'.repeat(REFERENCE_BYTES_MAX / 6 + 1))).toBeNull();
  });

  it('of nothing is the digest of the bytes', () => {
    expect(unkeyedKey('cobru-co', 'ab12')).toBe('cobru-co/unkeyed/ab12');
  });
});

describe('derived ids', () => {
  it('are the same in every replay', () => {
    const key = 'cobru-co/payment/3gofdf6f';
    expect(subjectIdOf(key)).toBe('0930077c-2409-587b-aa73-2dbc62fc4ffe');
    expect(refundIdOf(key, 'r1')).toBe('4a9dae17-69b1-5d6a-af64-a07cc6ad2dd3');
    const event = { eventType: 'state.3', dedupeId: '3gofdf6f:3' };
    expect(eventIdOf(key, { scope: 'trusted', ...event })).toBe(
      '5eb418b5-61e2-5974-91ea-a72904f68843',
    );
    expect(eventIdOf(key, { scope: 'untrusted', ...event })).toBe(
      '422569dd-b6d4-5657-893b-bac18f91e1ae',
    );
  });
});
