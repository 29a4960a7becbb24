import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/**
 * That a partition's chain ended with this hash, and its books were closed up to then, vouched for by whoever
 * holds the key.
 */
export type SignedHead = {
  readonly partition: number;
  readonly sequence: bigint;
  /** Of the entry with this sequence: SHA-256 in hex. */
  readonly hash: string;
  /** No later entry counts before it; ISO 8601 in UTC, null where no period was closed. */
  readonly closedUntil: string | null;
  /** When the last entry or close was recorded; ISO 8601 in UTC, like `signedAt`. */
  readonly recordedAt: string;
  readonly signedAt: string;
  readonly keyId: string;
  /** Ed25519 over `headText`, in base64. */
  readonly signature: string;
};

export type UnsignedHead = Omit<SignedHead, 'keyId' | 'signature'>;

/** What is signed: a JSON array without spaces, members in this order. For ever; docs/ledger.md tells it. */
export function headText(head: Omit<SignedHead, 'signature'>): string {
  return JSON.stringify([
    'cuadre.head.v2',
    head.partition,
    head.sequence.toString(),
    head.hash,
    head.closedUntil,
    head.recordedAt,
    head.signedAt,
    head.keyId,
  ]);
}

export function signHead(
  head: UnsignedHead,
  { keyId, privateKey }: { readonly keyId: string; readonly privateKey: KeyObject },
): SignedHead {
  const signature = sign(null, Buffer.from(headText({ ...head, keyId })), privateKey);
  return { ...head, keyId, signature: signature.toString('base64') };
}

export function isSignedBy(head: SignedHead, publicKey: KeyObject): boolean {
  return verify(
    null,
    Buffer.from(headText(head)),
    publicKey,
    Buffer.from(head.signature, 'base64'),
  );
}

/** The id of a key follows from the key: it cannot be claimed for another one. */
export function keyIdOf(publicKey: KeyObject): string {
  const digest = createHash('sha256').update(publicKeyBytes(publicKey)).digest('hex');
  return `ed25519-${digest.slice(0, 32)}`;
}

/** As an exported segment carries it: SubjectPublicKeyInfo (DER) in base64. */
export function publicKeyText(publicKey: KeyObject): string {
  return publicKeyBytes(publicKey).toString('base64');
}

export function parsePublicKey(pem: string): KeyObject {
  return createPublicKey(pem);
}

/** A line of the heads file, without its line feed; members in this order. */
export function headLine(head: SignedHead): string {
  return JSON.stringify({
    partition: head.partition,
    sequence: head.sequence.toString(),
    hash: head.hash,
    closedUntil: head.closedUntil,
    recordedAt: head.recordedAt,
    signedAt: head.signedAt,
    keyId: head.keyId,
    signature: head.signature,
  });
}

/** A line that was written before heads covered closed periods, as `cuadre.head.v1`. */
export const OLDER_HEAD = 'older-format';

/** Null for what is no head: a line that a power cut tore. */
export function parseHeadLine(line: string): SignedHead | typeof OLDER_HEAD | null {
  let found: Readonly<Record<string, unknown>>;
  try {
    found = JSON.parse(line) as typeof found;
  } catch {
    // Not JSON is one of the ways in which a line is no head.
    return null;
  }
  const { partition, sequence, hash, closedUntil, recordedAt, signedAt, keyId, signature } =
    found ?? {};
  const texts = [sequence, hash, recordedAt, signedAt, keyId, signature];
  if (typeof partition !== 'number' || !texts.every((text) => typeof text === 'string'))
    return null;
  if (!/^\d{1,18}$/.test(String(sequence))) return null;
  if (closedUntil === undefined) return OLDER_HEAD;
  if (closedUntil !== null && typeof closedUntil !== 'string') return null;
  return {
    partition,
    sequence: BigInt(String(sequence)),
    hash: String(hash),
    closedUntil,
    recordedAt: String(recordedAt),
    signedAt: String(signedAt),
    keyId: String(keyId),
    signature: String(signature),
  };
}

function publicKeyBytes(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}
