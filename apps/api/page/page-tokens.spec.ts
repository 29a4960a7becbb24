import { createSecretKey } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageTokens, type ListScope } from './page-tokens.js';

const tokens = new PageTokens(createSecretKey(Buffer.alloc(32, 1)));
const scopes = fc.record({
  list: fc.constantFrom('orders', 'payments'),
  filter: fc.dictionary(fc.constantFrom('status', 'account', 'orderId'), fc.option(fc.string())),
});
const keys = fc.string({ minLength: 1, maxLength: 200, unit: 'binary' });

describe('a page token', () => {
  it('comes back as the key that it was made of, in every process that has the key', () => {
    const elsewhere = new PageTokens(createSecretKey(Buffer.alloc(32, 1)));
    fc.assert(
      fc.property(scopes, keys, (scope, after) => {
        expect(elsewhere.decode(scope, tokens.encode(scope, after))).toEqual({ after });
      }),
    );
  });

  it('is refused with any bit of it changed', () => {
    fc.assert(
      fc.property(scopes, keys, fc.nat(), (scope, after, at) => {
        const bytes = Buffer.from(tokens.encode(scope, after), 'base64url');
        const bit = at % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(tokens.decode(scope, bytes.toString('base64url'))).toHaveProperty('refused');
      }),
    );
  });

  it('is refused by another list, other filters and another key', () => {
    const scope: ListScope = { list: 'orders', filter: { status: 'paid' } };
    const token = tokens.encode(scope, 'a');
    const stranger = new PageTokens(createSecretKey(Buffer.alloc(32, 2)));

    expect(tokens.decode({ ...scope, list: 'payments' }, token)).toHaveProperty('refused');
    expect(tokens.decode({ ...scope, filter: { status: null } }, token)).toHaveProperty('refused');
    expect(tokens.decode({ ...scope, filter: {} }, token)).toHaveProperty('refused');
    expect(stranger.decode(scope, token)).toHaveProperty('refused');
  });
});
