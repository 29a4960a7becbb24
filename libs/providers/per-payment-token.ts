import { createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { hmacSha256 } from '#events/hmac.js';
import type { Secret } from './account.js';

/**
 * `keyId.hex(HMAC-SHA256(account "/" reference))`: ties one callback URL to one order
 * reference.
 */
const TOKEN = /^([A-Za-z0-9_-]{1,40})\.([0-9a-f]{64})$/;

export type TokenClaim = { readonly account: string; readonly reference: string };

/** The token to put beside our order reference in the callback URL that we register. */
export function makeToken({ key, account, reference }: TokenClaim & { key: Secret }): string {
  return `${key.id}.${tokenMac(key, { account, reference })}`;
}

export function looksLikeToken(text: string): boolean {
  return TOKEN.test(text);
}

/** The id of the key that made this token for this account and reference; null where none did. */
export function verifyToken(
  token: string,
  claim: TokenClaim,
  keys: readonly Secret[],
): string | null {
  const match = TOKEN.exec(token);
  if (match === null) return null;
  const [, keyId = '', hex = ''] = match;
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) return null;
  return timingSafeEqual(Buffer.from(tokenMac(key, claim)), Buffer.from(hex)) ? key.id : null;
}

const keyObjects = new WeakMap<Secret, KeyObject>();

/** The secret as a key, made once: importing it costs more than the digest. */
export function keyOf(secret: Secret): KeyObject {
  const known = keyObjects.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secret.value, 'utf8');
  keyObjects.set(secret, key);
  return key;
}

/** In hex. */
function tokenMac(key: Secret, { account, reference }: TokenClaim): string {
  return hmacSha256(keyOf(key), `${account}/${reference}`, 'hex');
}
