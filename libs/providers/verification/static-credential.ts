import type { StaticVerification } from '../account.js';
import { matchSecret } from './match-secret.js';
import {
  failed,
  proven,
  type RequestHeaders,
  type VerificationCheck,
} from './verification-check.js';

/**
 * A credential that the provider repeats with every delivery (Tonder's BEARER, API_TOKEN and
 * BASIC_AUTH). Its verdict is final: the body is not covered, and not needed.
 */
export function checkStatic(
  verification: StaticVerification,
  headers: RequestHeaders,
): VerificationCheck {
  const { enforcement } = verification;
  const sent = headers[credentialHeader(verification)];
  if (sent === undefined || sent === '') {
    return failed('static', { reason: 'credential-missing', enforcement });
  }
  const keyId = typeof sent === 'string' ? keyIdOf(sent, verification) : null;
  return keyId === null
    ? failed('static', { reason: 'credential-mismatch', enforcement })
    : proven({ mode: 'static', keyId, verdict: 'verified' });
}

/** Name of the header that carries the credential, lower case. */
export function credentialHeader(verification: StaticVerification): string {
  return verification.scheme === 'header' ? verification.header : 'authorization';
}

/** What `Authorization: Basic` carries before it is encoded. */
export function basicCredential(username: string, password: string): string {
  return `${username}:${password}`;
}

// The name of a scheme has no case (RFC 9110, section 11.1).
const BEARER = /^bearer +([^ ]+)$/i;
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

function keyIdOf(sent: string, verification: StaticVerification): string | null {
  const { secrets } = verification;
  switch (verification.scheme) {
    case 'header':
      return matchSecret(sent, secrets);
    case 'bearer': {
      const [, token] = BEARER.exec(sent) ?? [];
      return token === undefined ? null : matchSecret(token, secrets);
    }
    case 'basic': {
      const [, encoded] = BASIC.exec(sent) ?? [];
      if (encoded === undefined) return null;
      const { username } = verification;
      const credential = Buffer.from(encoded, 'base64').toString('utf8');
      return matchSecret(credential, secrets, ({ value }) => basicCredential(username, value));
    }
  }
}
