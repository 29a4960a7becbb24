import * as crypto from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  appendSignature,
  CURRENT,
  FORMER,
  signatureOf,
  signedInBody,
  signedInHeader,
  sourceOf,
  verify,
  type Sent,
} from '../../../test/harness/verified-source.js';
import type { Source } from '../account.js';

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof crypto>();
  return {
    ...real,
    timingSafeEqual: vi.fn<typeof real.timingSafeEqual>((a, b) => real.timingSafeEqual(a, b)),
  };
});

const SECRETS = [CURRENT, FORMER, { id: 's0', value: 'the-first-of-all-secrets' }];
const MESSAGE = '{"event":"e","data":1}';
const url = { parameter: 't', referenceParameter: 'ref', tokenKeys: [] };
const active = { secrets: SECRETS, enforcement: 'enforce' } as const;
const fixed = { mode: 'static', ...active } as const;
const basic = (password: string): string => Buffer.from(`tonder:${password}`).toString('base64');

/** What is sent by whoever knows the secret. */
const WAYS: readonly [name: string, source: Source, sent: (secret: string) => Sent][] = [
  [
    'a signature in a header',
    signedInHeader(active),
    (secret) => ({ body: MESSAGE, headers: { 'x-signature': signatureOf(MESSAGE, secret) } }),
  ],
  [
    'a signature in the body',
    signedInBody(active),
    (secret) => ({ body: appendSignature(MESSAGE, signatureOf(MESSAGE, secret)) }),
  ],
  [
    'a bearer token',
    sourceOf({ ...fixed, scheme: 'bearer' }),
    (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  ],
  [
    'a token in a header',
    sourceOf({ ...fixed, scheme: 'header', header: 'x-api-key' }),
    (secret) => ({ headers: { 'x-api-key': secret } }),
  ],
  [
    'a password',
    sourceOf({ ...fixed, scheme: 'basic', username: 'tonder' }),
    (secret) => ({ headers: { authorization: `Basic ${basic(secret)}` } }),
  ],
  [
    'a secret in the URL',
    sourceOf({ mode: 'url', ...url, secrets: SECRETS }),
    (secret) => ({ query: { t: secret } }),
  ],
];

describe('what is compared in constant time', () => {
  it.each(WAYS)('%s, with every active secret, whichever is right', (_name, source, sent) => {
    for (const secret of [...SECRETS.map(({ value }) => value), 'none-of-them']) {
      vi.mocked(crypto.timingSafeEqual).mockClear();
      verify(source, sent(secret));
      expect(crypto.timingSafeEqual).toHaveBeenCalledTimes(SECRETS.length);
    }
  });
});
