import { RefusedError } from '../http/refusal.js';
import type { RequestContext } from '../http/request-context.js';
import type { ApiScope } from '#platform/config.js';
import type { Caller } from './authenticator.js';

/** The caller, once it is known and may do this. Throws 401 or 403 (RFC 6750) for the filter. */
export function requireScope(
  { caller, isTokenSent }: Pick<RequestContext, 'caller' | 'isTokenSent'>,
  scope: ApiScope,
): Caller {
  if (caller === null) {
    const error = isTokenSent ? ', error="invalid_token"' : '';
    throw new RefusedError(
      {
        refused: 'unauthenticated',
        detail: isTokenSent ? 'The bearer token is not known.' : 'A bearer token is needed.',
      },
      { 'www-authenticate': `Bearer realm="cuadre"${error}` },
    );
  }
  if (!caller.scopes.includes(scope)) {
    throw new RefusedError(
      { refused: 'forbidden', detail: `The token lacks the scope ${scope}.` },
      {
        'www-authenticate': `Bearer realm="cuadre", error="insufficient_scope", scope="${scope}"`,
      },
    );
  }
  return caller;
}
