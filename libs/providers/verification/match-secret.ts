import { createSecretKey, randomBytes, timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from '#events/hmac.js';
import type { Secret } from '../account.js';

/** Blinds both sides, so that digests of equal length are compared whatever was sent. */
const blindingKey = createSecretKey(randomBytes(32));

/**
 * The id of the first secret that was sent; null where none was. Every one is compared, so that
 * time does not tell which one is in use, nor how much of it was right.
 *
 * @param textOf what a sender who knows the secret sends
 */
export function matchSecret(
  sent: string,
  secrets: readonly Secret[],
  textOf: (secret: Secret) => string = ({ value }) => value,
): string | null {
  const sentDigest = blind(sent);
  let keyId: string | null = null;
  for (const secret of secrets) {
    if (timingSafeEqual(blind(textOf(secret)), sentDigest)) keyId ??= secret.id;
  }
  return keyId;
}

function blind(text: string): Buffer {
  return Buffer.from(hmacSha256(blindingKey, text, 'binary'), 'latin1');
}
