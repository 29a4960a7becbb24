import type { SignedVerification, Source, SourceVerification } from './account.js';
import { checkWays, refuseUnread } from './verification/signature.js';
import { checkStatic } from './verification/static-credential.js';
import { checkUrl } from './verification/url-credential.js';
import {
  failed,
  proven,
  unproven,
  type RequestHeaders,
  type VerificationCheck,
} from './verification/verification-check.js';

export type { RequestHeaders, VerificationCheck };

/**
 * What can be checked before the body is read: a fixed credential, the secret or the token in the
 * URL, or that a signature may be right. `isUndecided` tells whether the body must be seen; where
 * not, the verdict is final.
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
    readonly receivedAtMs: number;
  },
): VerificationCheck {
  switch (verification.mode) {
    case 'hmac':
    case 'any': {
      const reason = refuseUnread(verification, request);
      return reason === null ? unproven('hmac') : failedSignature(verification, reason);
    }
    case 'static':
      return checkStatic(verification, request.headers);
    case 'url':
      return checkUrl(verification, request);
    case 'none':
      return unproven('none');
  }
}

/** Is it for the body to say? Only of a signature that may still be right. */
export function isUndecided({ verification }: Source, credential: VerificationCheck): boolean {
  return isSigned(verification) && credential.reason === null;
}

/**
 * The final word, over the bytes as received. What `checkCredential` decided, handed in as
 * `credential`, stays as it is.
 */
export function checkSignature(
  source: Source,
  request: {
    readonly headers: RequestHeaders;
    readonly body: Buffer;
    readonly credential: VerificationCheck;
  },
): VerificationCheck {
  const { verification } = source;
  if (!isSigned(verification) || !isUndecided(source, request.credential)) {
    return request.credential;
  }
  const found = checkWays(verification, request);
  if (typeof found === 'string') return failedSignature(verification, found);
  return proven({ mode: 'hmac', keyId: found.keyId, verdict: 'verified' }, found.signedBytes);
}

function isSigned(verification: SourceVerification): verification is SignedVerification {
  return verification.mode === 'hmac' || verification.mode === 'any';
}

function failedSignature(
  { enforcement }: SignedVerification,
  reason: NonNullable<VerificationCheck['reason']>,
): VerificationCheck {
  return failed('hmac', { reason, enforcement });
}
