import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signRequest, type JsonValue } from './request-signature.js';

const SECRET = 'your_secret_key_from_dashboard';

/** Members in no order; the amount as a programmer writes it. */
const REQUEST = {
  operation_type: 'payment',
  amount: 100.0,
  currency: 'MXN',
  customer: { name: 'Test Customer', email: 'test@example.com' },
  payment_method: { type: 'SPEI' },
  client_reference: 'order-123',
} as const;

const V4A =
  '{"amount":100.0,"client_reference":"order-123","currency":"MXN",' +
  '"customer":{"email":"test@example.com","name":"Test Customer"},' +
  '"operation_type":"payment","payment_method":{"type":"SPEI"}}';
const V4B = V4A.replace('100.0', '100');

describe('signRequest', () => {
  it('V4a Tonder request signing: text is signed as it is sent', () => {
    expect(signRequest(V4A, SECRET)).toEqual({
      body: V4A,
      signature: 'dGaTTyP1pPkgp6r1gYmQjX5fstDSE7UBkMBQmADnrus=',
    });
  });

  it('V4b Tonder request signing: members sorted, whole numbers without decimals', () => {
    expect(signRequest(REQUEST, SECRET)).toEqual({
      body: V4B,
      signature: 'hzAph6OkIvX/WoZuhsRS4Q7yLTLt2lZV8vHOf2grOWY=',
    });
  });

  it('sorts at every depth, keeps the order of lists, and escapes no letter', () => {
    const request = { b: [{ z: 1, a: 'ñ' }, 2], a: { d: null, c: true } };
    expect(signRequest(request, SECRET).body).toBe(
      '{"a":{"c":true,"d":null},"b":[{"a":"ñ","z":1},2]}',
    );
  });

  it('gives any order of the same members one signature, over JSON that says the same', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })) as fc.Arbitrary<
      Record<string, JsonValue>
    >;
    fc.assert(
      fc.property(objects, (request) => {
        const plain = JSON.parse(JSON.stringify(request)) as Record<string, JsonValue>;
        const turned = Object.fromEntries(Object.entries(plain).toReversed());
        expect(signRequest(turned, SECRET)).toEqual(signRequest(plain, SECRET));
        expect(JSON.parse(signRequest(plain, SECRET).body)).toEqual(plain);
      }),
    );
  });
});
