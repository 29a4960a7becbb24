import { isTokenText, type IssuedToken } from '../access-token.js';
import { stringOf } from '../facts.js';
import { scanJson } from '../json-scanner.js';
import { memberTree } from '../member-tree.js';
import { ProviderUnavailable, type HttpCall } from '../provider.js';
import { errorOf, errorText } from './error.js';

const LIFETIME_WITHOUT_EXPIRY_MS = 5 * 60_000;
const LIFETIME_MS_MAX = 24 * 60 * 60_000;
/** A token is given up this long before it ends, so that it does not end on the way. */
const MARGIN_MS = 30_000;
const MEMBERS = memberTree(['accessToken', 'expiresIn']);

export type ConomyLogin = {
  readonly baseUrl: string;
  /** What every call carries. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly http: HttpCall;
};

/** `POST /auth` answers `{accessToken, tokenType, expiresIn}`, the last in seconds. */
export async function logInToConomy(login: ConomyLogin): Promise<IssuedToken> {
  const { baseUrl, headers, clientId, clientSecret, http } = login;
  const { status, body } = await http({
    method: 'POST',
    url: `${baseUrl}/auth`,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  });
  const scan = status === 200 || status === 201 ? scanJson(body, MEMBERS) : null;
  const tokens = scan === null || 'refused' in scan ? null : scan.tokens;
  const token = tokens?.get('accessToken');
  const text = token?.startsWith('"') === true ? stringOf(token) : '';
  if (!isTokenText(text)) {
    throw new ProviderUnavailable(
      `Conomy answered ${status} to the login${errorText(errorOf(body))}.`,
      { retryAfterMs: null },
    );
  }
  return { text, lifetimeMs: lifetimeMs(tokens?.get('expiresIn')) };
}

function lifetimeMs(seconds: string | undefined): number {
  if (seconds === undefined || !/^"?\d{1,9}"?$/.test(seconds)) return LIFETIME_WITHOUT_EXPIRY_MS;
  const statedMs = Number(seconds.replaceAll('"', '')) * 1_000;
  return Math.min(Math.max(statedMs - MARGIN_MS, 0), LIFETIME_MS_MAX);
}
