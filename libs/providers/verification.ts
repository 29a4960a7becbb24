import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Verification } from '#events/observation.js';
import type { Secret, Source, SourceVerification } from './account.js';
import { keyOf, looksLikeToken, verifyToken } from './per-payment-token.js';

/** As node:http hands them over: names in lower case; repeated headers joined, or as an array. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerificationCheck = {
  readonly verification: Verification;
  /** Must be answered 401 and kept out of the log. */
  readonly isRefused: boolean;
  /** Why it is refused, in kebab words for metrics; null where it is not. */
  readonly reason: 'signature-missing' | 'signature-malformed' | 'signature-mismatch' | null;
};

type HmacVerification = Extract<SourceVerification, { mode: 'hmac' }>;
type UrlVerification = Extract<SourceVerification, { mode: 'url' }>;

/**
 * What can be checked before the body is read: the secret or the token in the URL, or that a
 * signature is there and well-formed. For a source with signatures the verdict stays `unverified`
 * until `checkSignature`; for the others it is final.
 *
 * A URL credential never refuses: its provider may deliver only once, so a wrong one is
 * `unverified`.
 *
 * @param request.query decoded, first value of each name, credentials still in it
 * @param request.account id of the account, which tokens are bound to
 */
export function checkCredential(
  { verification }: Source,
  request: {
    readonly headers: RequestHeaders;
    readonly query: Readonly<Record<string, string>>;
    readonly account: string;
  },
): VerificationCheck {
  switch (verification.mode) {
    case 'hmac': {
      const signature = signatureOf(verification, request.headers);
      return typeof signature === 'string' ? refused(signature) : accepted(unverified('hmac'));
    }
    case 'url':
      return accepted(checkUrl(verification, request));
    case 'none':
      return accepted(unverified('none'));
  }
}

/**
 * The final word, over the raw bytes as received. A source without signatures keeps what
 * `checkCredential` found, handed in as `credential`.
 */
export function checkSignature(
  { verification }: Source,
  request: {
    readonly headers: RequestHeaders;
    readonly body: Buffer;
    readonly credential: VerificationCheck;
  },
): VerificationCheck {
  if (verification.mode !== 'hmac') return request.credential;
  const signature = signatureOf(verification, request.headers);
  if (typeof signature === 'string') return refused(signature);
  // Every active secret is tried, so that time does not tell which one is in use.
  let keyId: string | null = null;
  for (const secret of verification.secrets) {
    const expected = createHmac(verification.algorithm, keyOf(secret))
      .update(request.body)
      .digest();
    if (timingSafeEqual(expected, signature)) keyId ??= secret.id;
  }
  return keyId === null
    ? refused('signature-mismatch')
    : accepted({ mode: 'hmac', keyId, verdict: 'verified' });
}

const HEX_DIGEST = /^[0-9a-f]{64}$/;
const BASE64_DIGEST = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The signature's 32 bytes. Checked before decoding, because `Buffer.from` stops silently at bad
 * text.
 */
function signatureOf(
  { header, prefix, encoding }: HmacVerification,
  headers: RequestHeaders,
): Buffer | 'signature-missing' | 'signature-malformed' {
  const sent = headers[header];
  if (sent === undefined || sent === '') return 'signature-missing';
  if (typeof sent !== 'string' || !sent.startsWith(prefix)) return 'signature-malformed';
  const text = sent.slice(prefix.length);
  const isWellFormed = (encoding === 'hex' ? HEX_DIGEST : BASE64_DIGEST).test(text);
  return isWellFormed ? Buffer.from(text, encoding) : 'signature-malformed';
}

function checkUrl(
  verification: UrlVerification,
  {
    query,
    account,
  }: { readonly query: Readonly<Record<string, string>>; readonly account: string },
): Verification {
  const sent = own(query, verification.parameter);
  if (sent === null || sent === '') return unverified('none');
  const reference = own(query, verification.referenceParameter);
  if (looksLikeToken(sent)) {
    const keyId =
      reference === null ? null : verifyToken(sent, { account, reference }, verification.tokenKeys);
    if (keyId !== null) return { mode: 'url-token', keyId, verdict: 'verified' };
  }
  const secretId = matchSecret(sent, verification.secrets);
  if (secretId !== null) return { mode: 'url-secret', keyId: secretId, verdict: 'verified' };
  return unverified(looksLikeToken(sent) ? 'url-token' : 'url-secret');
}

/** Blinds both sides, so that digests of equal length are compared whatever was sent. */
const blindingKey = randomBytes(32);

function matchSecret(sent: string, secrets: readonly Secret[]): string | null {
  const digest = (text: string): Buffer => createHmac('sha256', blindingKey).update(text).digest();
  const sentDigest = digest(sent);
  let keyId: string | null = null;
  for (const secret of secrets) {
    if (timingSafeEqual(digest(secret.value), sentDigest)) keyId ??= secret.id;
  }
  return keyId;
}

function own(record: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(record, name) ? (record[name] ?? null) : null;
}

function unverified(mode: Verification['mode']): Verification {
  return { mode, keyId: null, verdict: 'unverified' };
}

function accepted(verification: Verification): VerificationCheck {
  return { verification, isRefused: false, reason: null };
}

function refused(reason: NonNullable<VerificationCheck['reason']>): VerificationCheck {
  return { verification: unverified('hmac'), isRefused: true, reason };
}
