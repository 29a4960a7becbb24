import { describe, expect, it } from 'vitest';
import { Authenticator } from './authenticator.js';

const authenticator = new Authenticator([
  { token: 'the-first-of-the-tokens', scopes: ['read'] },
  { token: 'the-second-of-the-tokens', scopes: ['read', 'originals'] },
]);

describe('a bearer token', () => {
  it('is known whichever it is, and is named without being shown', () => {
    const caller = authenticator.authenticate('Bearer the-second-of-the-tokens');

    expect(caller?.scopes).toEqual(['read', 'originals']);
    expect(caller?.tokenId).toMatch(/^[0-9a-f]{12}$/);
    expect(authenticator.authenticate('bearer the-first-of-the-tokens')?.scopes).toEqual(['read']);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'the-first-of-the-tokens',
    'Basic the-first-of-the-tokens',
    'Bearer the-first-of-the-token',
    'Bearer the-first-of-the-tokens2',
    'Bearer THE-FIRST-OF-THE-TOKENS',
    'Bearer the-first-of-the-tokens the-second-of-the-tokens',
  ])('in the form %s is not', (authorization) => {
    expect(authenticator.authenticate(authorization)).toBeNull();
  });

  it('is never known where none is configured', () => {
    expect(new Authenticator([]).authenticate('Bearer ')).toBeNull();
    expect(new Authenticator([]).authenticate('Bearer x')).toBeNull();
  });
});
