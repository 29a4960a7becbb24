import type { HeaderSignature, SignatureWay } from '../account.js';
import type { RequestHeaders, UnprovenReason } from './verification-check.js';

/** Signatures as they were sent, decoded; nothing is known of them yet. */
export type SentSignature = {
  /** One, or several of a header of parts: any of them may be right. */
  readonly digests: readonly Buffer[];
  /** The time of signing as sent, to be put into the signed text; null where none is signed. */
  readonly timestamp: string | null;
};

/** What a header carries, or why it cannot be right whatever the body is. */
export function readSentSignature(
  way: HeaderSignature,
  headers: RequestHeaders,
): SentSignature | UnprovenReason {
  const sent = headers[way.header];
  if (sent === undefined) return 'signature-missing';
  if (typeof sent !== 'string') return 'signature-malformed';
  const parts = way.timestampPart === null ? [sent] : partsOf(sent);
  const digests = decodeAll(parts, way);
  if (digests === null) return 'signature-malformed';
  if (way.signedTemplate === '{body}') return { digests, timestamp: null };
  const timestamp = timestampOf(way, { headers, parts });
  if (timestamp === null) return 'timestamp-missing';
  // Unless its distance is asked for, it is a text like any other, whatever its format.
  const isReadable = way.toleranceSeconds === null || instantOf(timestamp) !== null;
  return isReadable ? { digests, timestamp } : 'timestamp-malformed';
}

/** Whether the time of signing is near enough to our receipt, where that is asked for. */
export function isTimely(
  { timestamp }: SentSignature,
  {
    toleranceSeconds,
    receivedAtMs,
  }: { readonly toleranceSeconds: number | null; readonly receivedAtMs: number },
): boolean {
  if (toleranceSeconds === null) return true;
  const signedAtMs = timestamp === null ? null : instantOf(timestamp);
  return signedAtMs !== null && Math.abs(receivedAtMs - signedAtMs) <= toleranceSeconds * 1_000;
}

const HEX_DIGEST = /^[0-9a-f]{64}$/;
const BASE64_DIGEST = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The signature's 32 bytes; null where it is none. Checked before decoding, because `Buffer.from`
 * stops silently at bad text.
 */
export function decodeDigest(
  sent: string,
  { prefix, encoding }: Pick<SignatureWay, 'prefix' | 'encoding'>,
): Buffer | null {
  if (!sent.startsWith(prefix)) return null;
  const text = sent.slice(prefix.length);
  const isWellFormed = (encoding === 'hex' ? HEX_DIGEST : BASE64_DIGEST).test(text);
  return isWellFormed ? Buffer.from(text, encoding) : null;
}

const PARTS_MAX = 10;

function partsOf(sent: string): readonly string[] {
  const parts = sent.split(',', PARTS_MAX + 1).map((part) => part.trim());
  return parts.length > PARTS_MAX ? [] : parts;
}

/** Null where there is none, or one of them is malformed. */
function decodeAll(parts: readonly string[], way: HeaderSignature): readonly Buffer[] | null {
  const ours =
    way.timestampPart === null ? parts : parts.filter((part) => part.startsWith(way.prefix));
  const digests = ours.map((part) => decodeDigest(part, way));
  const decoded = digests.filter((digest) => digest !== null);
  return decoded.length > 0 && decoded.length === digests.length ? decoded : null;
}

/** Null where it was not sent, or cannot be told which one is meant. */
function timestampOf(
  { timestampHeader, timestampPart }: HeaderSignature,
  { headers, parts }: { readonly headers: RequestHeaders; readonly parts: readonly string[] },
): string | null {
  if (timestampHeader !== null) {
    const sent = headers[timestampHeader];
    return typeof sent === 'string' ? sent : null;
  }
  const mark = `${timestampPart ?? ''}=`;
  const [first, ...others] = parts.filter((part) => part.startsWith(mark));
  return first === undefined || others.length > 0 ? null : first.slice(mark.length);
}

/** Seconds since the epoch, or milliseconds where it has thirteen digits. */
function instantOf(timestamp: string): number | null {
  if (!/^\d{10}(?:\d{3})?$/.test(timestamp)) return null;
  return timestamp.length === 10 ? Number(timestamp) * 1_000 : Number(timestamp);
}
