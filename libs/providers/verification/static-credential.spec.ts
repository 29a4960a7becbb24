import { describe, expect, it } from 'vitest';
import { CURRENT, FORMER, sourceOf, verify } from '../../../test/harness/verified-source.js';
import type { Source } from '../account.js';

const ACTIVE = {
  mode: 'static',
  secrets: [CURRENT, FORMER],
  enforcement: 'enforce',
} as const;
const BEARER = sourceOf({ ...ACTIVE, scheme: 'bearer' });
const TOKEN = sourceOf({ ...ACTIVE, scheme: 'header', header: 'x-api-key' });
const BASIC = sourceOf({ ...ACTIVE, scheme: 'basic', username: 'tonder' });
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const authorized = (authorization: string) => ({ authorization });

function find(source: Source, headers: Record<string, string | string[]>) {
  // A body that would be another's signature, to show that it is not looked at.
  return verify(source, { headers, body: '{"signature":"x"}' });
}

describe('a fixed credential', () => {
  it.each([
    ['a bearer token', BEARER, authorized(`Bearer ${CURRENT.value}`), 's2'],
    ['the former bearer token', BEARER, authorized(`Bearer ${FORMER.value}`), 's1'],
    ['a scheme in other letters', BEARER, authorized(`bearer  ${CURRENT.value}`), 's2'],
    ['a token in its header', TOKEN, { 'x-api-key': CURRENT.value }, 's2'],
    ['the former token', TOKEN, { 'x-api-key': FORMER.value }, 's1'],
    ['a name and password', BASIC, authorized(basic(`tonder:${CURRENT.value}`)), 's2'],
    ['the former password', BASIC, authorized(basic(`tonder:${FORMER.value}`)), 's1'],
  ])('is right as %s', (_name, source, headers, keyId) => {
    expect(find(source, headers)).toEqual({
      verification: { mode: 'static', keyId, verdict: 'verified' },
      isRefused: false,
      reason: null,
      signedBytes: null,
    });
  });

  it.each([
    ['bearer', BEARER, {}],
    ['bearer', BEARER, authorized('')],
    ['token', TOKEN, authorized(`Bearer ${CURRENT.value}`)],
    ['basic', BASIC, { 'x-api-key': CURRENT.value }],
  ])('is missed: %s %#', (_name, source, headers) => {
    expect(find(source, headers)).toMatchObject({ isRefused: true, reason: 'credential-missing' });
  });

  it.each([
    ['bearer', BEARER, authorized('Bearer wrong')],
    ['bearer', BEARER, authorized('Bearer ')],
    ['bearer', BEARER, authorized(CURRENT.value)],
    ['bearer', BEARER, authorized(`Bearer ${CURRENT.value} `)],
    ['bearer', BEARER, authorized(`Bearer ${CURRENT.value.slice(0, -1)}`)],
    ['bearer', BEARER, authorized(`Bearer ${CURRENT.value.toUpperCase()}`)],
    ['bearer', BEARER, authorized(`Token ${CURRENT.value}`)],
    ['bearer', BEARER, authorized(basic(`tonder:${CURRENT.value}`))],
    ['token', TOKEN, { 'x-api-key': `${CURRENT.value}0` }],
    ['token', TOKEN, { 'x-api-key': `${CURRENT.value}, ${CURRENT.value}` }],
    ['token', TOKEN, { 'x-api-key': [CURRENT.value, CURRENT.value] }],
    ['basic', BASIC, authorized(basic(`other:${CURRENT.value}`))],
    ['basic', BASIC, authorized(basic('tonder:'))],
    ['basic', BASIC, authorized(basic(CURRENT.value))],
    ['basic', BASIC, authorized('Basic %%%')],
    ['basic', BASIC, authorized(`Bearer ${CURRENT.value}`)],
  ])('is wrong: %s %#', (_name, source, headers) => {
    expect(find(source, headers)).toMatchObject({
      verification: { mode: 'static', keyId: null, verdict: 'unverified' },
      isRefused: true,
      reason: 'credential-mismatch',
    });
  });

  it('is no longer right once it is taken out', () => {
    const rotated = sourceOf({ ...ACTIVE, scheme: 'bearer', secrets: [CURRENT] });
    const { reason } = find(rotated, authorized(`Bearer ${FORMER.value}`));
    expect(reason).toBe('credential-mismatch');
  });

  it('that is wrong makes a claim where the source only logs', () => {
    const source = sourceOf({ ...ACTIVE, scheme: 'bearer', enforcement: 'log' });
    expect(find(source, authorized('Bearer wrong'))).toMatchObject({
      verification: { mode: 'static', verdict: 'unverified' },
      isRefused: false,
      reason: 'credential-mismatch',
    });
    expect(find(source, {})).toMatchObject({
      verification: { mode: 'none', verdict: 'unverified' },
      isRefused: false,
      reason: 'credential-missing',
    });
  });
});
