import { timingSafeEqual } from 'node:crypto';
import { hmacSha256 } from '#events/hmac.js';
import type {
  BodyFieldSignature,
  HeaderSignature,
  Secret,
  SignatureWay,
  SignedVerification,
} from '../account.js';
import { keyOf } from '../per-payment-token.js';
import { cutMember } from './cut-member.js';
import { decodeDigest, isTimely, readSentSignature } from './sent-signature.js';
import { signedForms } from './signed-forms.js';
import type { RequestHeaders, UnprovenReason } from './verification-check.js';

type Received = { readonly headers: RequestHeaders; readonly body: Buffer };

export type RightSignature = {
  readonly keyId: string;
  /** What it covers; null where that is the body as it came. */
  readonly signedBytes: Buffer | null;
};

/**
 * Why the signatures cannot be right whatever the body is, so that it need not be read; null where
 * they may be.
 */
export function refuseUnread(
  verification: SignedVerification,
  { headers, receivedAtMs }: { readonly headers: RequestHeaders; readonly receivedAtMs: number },
): UnprovenReason | null {
  let isMissing = true;
  for (const way of waysOf(verification)) {
    if (way.in === 'bodyField') {
      isMissing = false;
      continue;
    }
    const sent = readSentSignature(way, headers);
    if (sent === 'signature-missing') continue;
    if (typeof sent === 'string') return sent;
    const { toleranceSeconds } = way;
    if (!isTimely(sent, { toleranceSeconds, receivedAtMs })) return 'timestamp-out-of-tolerance';
    isMissing = false;
  }
  return isMissing ? 'signature-missing' : null;
}

/**
 * Which secret signed the body; for deliveries that `refuseUnread` let pass. Of several ways one must be there, and each that is there must be
 * right: else whoever can make one of them could pass by something false in another.
 */
export function checkWays(
  verification: SignedVerification,
  received: Received,
): RightSignature | UnprovenReason {
  const { secrets } = verification;
  let right: RightSignature | null = null;
  for (const way of waysOf(verification)) {
    const found =
      way.in === 'header'
        ? checkHeader(way, secrets, received)
        : checkBodyField(way, secrets, received.body);
    if (found === 'signature-missing') continue;
    if (typeof found === 'string') return found;
    right = right === null ? found : narrower(right, found);
  }
  return right ?? 'signature-missing';
}

function waysOf(verification: SignedVerification): readonly SignatureWay[] {
  return verification.mode === 'any' ? verification.of : [verification];
}

/** Of two right signatures the one that covers less, so that facts are covered by both. */
function narrower(one: RightSignature, other: RightSignature): RightSignature {
  if (one.signedBytes === null || other.signedBytes === null) {
    return one.signedBytes === null ? other : one;
  }
  return one.signedBytes.length <= other.signedBytes.length ? one : other;
}

function checkHeader(
  way: HeaderSignature,
  secrets: readonly Secret[],
  { headers, body }: Received,
): RightSignature | UnprovenReason {
  const sent = readSentSignature(way, headers);
  if (typeof sent === 'string') return sent;
  const signed =
    way.signedTemplate === '{timestamp}.{body}'
      ? Buffer.concat([Buffer.from(`${sent.timestamp ?? ''}.`), body])
      : body;
  const keyId = signingKey(sent.digests, secrets, signed);
  return keyId === null ? 'signature-mismatch' : { keyId, signedBytes: null };
}

function checkBodyField(
  way: BodyFieldSignature,
  secrets: readonly Secret[],
  body: Buffer,
): RightSignature | UnprovenReason {
  const cut = cutMember(body, way.field);
  if (cut === 'absent') return 'signature-missing';
  const digest = cut === 'repeated' ? null : decodeToken(cut.token, way);
  if (cut === 'repeated' || digest === null) return 'signature-malformed';
  for (const form of signedForms(cut, way.signedMembers)) {
    const keyId = signingKey([digest], secrets, form);
    if (keyId !== null) return { keyId, signedBytes: form };
  }
  return 'signature-mismatch';
}

/** Senders that escape `/` do so in a signature in base64 too. */
function decodeToken(token: string, way: BodyFieldSignature): Buffer | null {
  if (!/^"[^"]*"$/.test(token)) return null;
  return decodeDigest(token.slice(1, -1).replaceAll('\\/', '/'), way);
}

/** Every active secret is tried, so that time does not tell which one is in use. */
function signingKey(
  sent: readonly Buffer[],
  secrets: readonly Secret[],
  signed: Buffer,
): string | null {
  let keyId: string | null = null;
  for (const secret of secrets) {
    const expected = Buffer.from(hmacSha256(keyOf(secret), signed, 'binary'), 'latin1');
    for (const digest of sent) if (timingSafeEqual(expected, digest)) keyId ??= secret.id;
  }
  return keyId;
}
