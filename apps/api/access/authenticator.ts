import { createHash, timingSafeEqual } from 'node:crypto';
import type { ApiScope, ApiToken } from '#platform/config.js';

/** Who calls: a token, named by the start of its digest, never by itself. */
export type Caller = { readonly tokenId: string; readonly scopes: readonly ApiScope[] };

const TOKEN_ID_LENGTH = 12;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/** Knows the bearer tokens, as digests. */
export class Authenticator {
  readonly #known: readonly { readonly digest: Buffer; readonly caller: Caller }[];

  constructor(tokens: readonly ApiToken[]) {
    this.#known = tokens.map(({ token, scopes }) => {
      const digest = digestOf(token);
      return {
        digest,
        caller: { tokenId: digest.toString('hex').slice(0, TOKEN_ID_LENGTH), scopes },
      };
    });
  }

  /**
   * The caller of an `authorization` value, or null. Digests of equal length are compared, and every
   * known token always is, so that the time taken tells nothing about which one nearly matched.
   */
  authenticate(authorization: string | undefined): Caller | null {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const digest = digestOf(token);
    let caller: Caller | null = null;
    for (const known of this.#known) {
      if (timingSafeEqual(known.digest, digest)) caller = known.caller;
    }
    return caller;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
