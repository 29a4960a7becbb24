import { isTokenText, type IssuedToken } from '../access-token.js';
import { scanJson } from '../json-scanner.js';
import { memberTree } from '../member-tree.js';
import { ProviderUnavailable, type HttpCall } from '../provider.js';

const LIFETIME_WITHOUT_EXPIRY_MS = 14 * 60_000;
const LIFETIME_MS_MAX = 24 * 60 * 60_000;
/** A token is given up this long before it ends, so that it does not end on the way. */
const MARGIN_MS = 30_000;
const ACCESS = memberTree(['access']);
const EXPIRY = memberTree(['exp']);

export type CobruLogin = {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly refreshToken: string;
  readonly http: HttpCall;
  readonly nowMs: () => number;
};

/**
 * Cobru's access token: `POST /token/refresh/` with `{"refresh"}` answers `{"access"}`. It lives
 * until the JWT's own expiry, or 14 minutes where it states none (documented lifetimes are 15 and 60
 * minutes).
 */
export async function logInToCobru(login: CobruLogin): Promise<IssuedToken> {
  const { baseUrl, apiKey, refreshToken, http, nowMs } = login;
  const { status, body } = await http({
    method: 'POST',
    url: `${baseUrl}/token/refresh/`,
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ refresh: refreshToken }),
  });
  const scan = status === 200 ? scanJson(body, ACCESS) : null;
  const token = scan === null || 'refused' in scan ? undefined : scan.tokens.get('access');
  const text = token?.startsWith('"') === true ? (JSON.parse(token) as string) : '';
  if (!isTokenText(text)) {
    throw new ProviderUnavailable(`Cobru answered ${status} to the token refresh.`, {
      retryAfterMs: null,
    });
  }
  return { text, lifetimeMs: lifetimeMs(text, nowMs()) };
}

function lifetimeMs(jwt: string, nowMs: number): number {
  const payload = Buffer.from(jwt.split('.')[1] ?? '', 'base64url');
  const scan = scanJson(payload, EXPIRY);
  const expiry = 'refused' in scan ? undefined : scan.tokens.get('exp');
  if (expiry === undefined || !/^\d{1,12}(?:\.\d+)?$/.test(expiry)) {
    return LIFETIME_WITHOUT_EXPIRY_MS;
  }
  const restMs = Number(expiry) * 1_000 - nowMs - MARGIN_MS;
  return Math.min(Math.max(restMs, 0), LIFETIME_MS_MAX);
}
