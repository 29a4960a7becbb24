import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomFillSync,
  type KeyObject,
} from 'node:crypto';
import { hmacSha256 } from './hmac.js';

/**
 * The exact bytes of a body, sealed with AES-256-GCM: `version‖keyId length‖keyId‖nonce‖ciphertext‖tag`.
 *
 * The record key is HKDF-SHA256(period key, info = observation id), so no nonce is ever used twice under
 * one key, and destroying a period's key destroys every body of that period. Id, source and subject are
 * the associated data: a sealed body cannot be moved to another record.
 */
export type SealingContext = {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
};

/** Period keys, kept outside the database. `current` makes the period's key when it is missing. */
export abstract class KeyRing {
  abstract current(nowMs: number): PeriodKey;
  /** Null when the key was destroyed or never known: the body stays sealed for ever. */
  abstract find(keyId: string): PeriodKey | null;
  /** The key of body digests. It is not a period key: digests stay comparable for ever. */
  abstract readonly digestKey: DigestKey;
}

export type PeriodKey = {
  readonly id: string;
  /** HKDF pseudo-random key: extracted once from the period's secret. */
  readonly extracted: KeyObject;
};

export type DigestKey = { readonly id: string; readonly key: KeyObject };

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** HKDF-Extract (RFC 5869) with an empty salt, done once a period instead of once a record. */
export function periodKey(id: string, secret: Buffer): PeriodKey {
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(secret).digest();
  return { id, extracted: createSecretKey(extracted) };
}

export function seal(bytes: Buffer, context: SealingContext, key: PeriodKey): Buffer {
  const nonceStart = 2 + key.id.length;
  const bodyStart = nonceStart + NONCE_BYTES;
  const bodyEnd = bodyStart + bytes.length;
  const sealed = Buffer.allocUnsafe(bodyEnd + TAG_BYTES);
  sealed[0] = VERSION;
  sealed[1] = key.id.length;
  sealed.write(key.id, 2, 'latin1');
  fillNonce(sealed, nonceStart);
  const nonce = sealed.subarray(nonceStart, bodyStart);
  const cipher = createCipheriv('aes-256-gcm', recordKey(key, context.id), nonce);
  cipher.setAAD(associatedData(context));
  sealed.set(cipher.update(bytes), bodyStart);
  cipher.final();
  sealed.set(cipher.getAuthTag(), bodyEnd);
  return sealed;
}

export type Unsealed =
  { readonly bytes: Buffer } | { readonly refused: 'key-destroyed' | 'not-authentic' };

export function unseal(sealed: Buffer, context: SealingContext, ring: KeyRing): Unsealed {
  const keyIdBytes = sealed[1] ?? 0;
  const nonceStart = 2 + keyIdBytes;
  const bodyStart = nonceStart + NONCE_BYTES;
  if (sealed[0] !== VERSION || sealed.length < bodyStart + TAG_BYTES) {
    return { refused: 'not-authentic' };
  }
  // Not as ASCII, which drops the highest bit: a changed key id would name the same key.
  const key = ring.find(sealed.toString('latin1', 2, nonceStart));
  if (key === null) return { refused: 'key-destroyed' };
  const decipher = createDecipheriv(
    'aes-256-gcm',
    recordKey(key, context.id),
    sealed.subarray(nonceStart, bodyStart),
  );
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const bytes = decipher.update(sealed.subarray(bodyStart, sealed.length - TAG_BYTES));
    decipher.final();
    return { bytes };
  } catch {
    // node:crypto tells a wrong tag only by throwing.
    return { refused: 'not-authentic' };
  }
}

/** `keyId:hex` of HMAC-SHA256: tells equal bodies apart without being guessable from short ones. */
export function bodyDigest(bytes: Buffer, { id, key }: DigestKey): string {
  return `${id}:${hmacSha256(key, bytes, 'hex')}`;
}

/** HKDF-Expand (RFC 5869) to one block. */
function recordKey({ extracted }: PeriodKey, id: string): KeyObject {
  return createSecretKey(hmacSha256(extracted, `${id}\u0001`, 'binary'), 'latin1');
}

const noncePool = Buffer.alloc(NONCE_BYTES * 256);
let nonceOffset = noncePool.length;

/** From a pool, because a call for twelve bytes costs as much as the cipher. */
function fillNonce(target: Buffer, offset: number): void {
  if (nonceOffset === noncePool.length) {
    randomFillSync(noncePool);
    nonceOffset = 0;
  }
  noncePool.copy(target, offset, nonceOffset, nonceOffset + NONCE_BYTES);
  nonceOffset += NONCE_BYTES;
}

function associatedData({ id, source, subject }: SealingContext): Buffer {
  return Buffer.from(`${id}\n${source}\n${subject}`);
}
