import type { Verification } from '#events/observation.js';
import type { UrlVerification } from '../account.js';
import { looksLikeToken, verifyToken } from '../per-payment-token.js';
import { matchSecret } from './match-secret.js';
import { proven, unproven, type VerificationCheck } from './verification-check.js';

type Query = Readonly<Record<string, string>>;

/**
 * The secret or the token in the URL. It never refuses: its provider may deliver only once, so a
 * wrong one is `unverified`.
 */
export function checkUrl(
  verification: UrlVerification,
  { query, account }: { readonly query: Query; readonly account: string },
): VerificationCheck {
  const sent = own(query, verification.parameter);
  if (sent === null || sent === '') return unproven('none');
  const reference = own(query, verification.referenceParameter);
  if (looksLikeToken(sent)) {
    const keyId =
      reference === null ? null : verifyToken(sent, { account, reference }, verification.tokenKeys);
    if (keyId !== null) return verified('url-token', keyId);
  }
  const secretId = matchSecret(sent, verification.secrets);
  if (secretId !== null) return verified('url-secret', secretId);
  return unproven(looksLikeToken(sent) ? 'url-token' : 'url-secret');
}

function verified(mode: Verification['mode'], keyId: string): VerificationCheck {
  return proven({ mode, keyId, verdict: 'verified' });
}

function own(query: Query, name: string): string | null {
  return Object.hasOwn(query, name) ? (query[name] ?? null) : null;
}
