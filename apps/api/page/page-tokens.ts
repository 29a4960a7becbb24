import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Refusal } from '../http/refusal.js';

/** What a list was asked for besides the page: its name and filters. */
export type ListScope = {
  readonly list: string;
  readonly filter: Readonly<Record<string, string | null>>;
};

const MAC_BYTES = 16;
const TOKEN_LENGTH_MAX = 1_024;

/**
 * Page tokens (AIP-158): where the next page starts, bound by an HMAC to the list and its filters, so
 * that a token of another list, of other filters or of nobody is refused. Every process that has the key
 * accepts the tokens of all others.
 */
export class PageTokens {
  readonly #key: Buffer;

  constructor(key: KeyObject) {
    // A key of our own, derived: the same secret also makes body digests.
    this.#key = createHmac('sha256', key).update('cuadre page tokens v1').digest();
  }

  encode(scope: ListScope, after: string): string {
    return Buffer.concat([this.#mac(scope, after), Buffer.from(after)]).toString('base64url');
  }

  /** The key of the last row of the page before; null for the first page. */
  decode(scope: ListScope, token: string | undefined): { after: string | null } | Refusal {
    if (token === undefined || token === '') return { after: null };
    if (token.length > TOKEN_LENGTH_MAX || !/^[A-Za-z0-9_-]+$/.test(token)) return MALFORMED;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return MALFORMED;
    const after = bytes.toString('utf8', MAC_BYTES);
    const isOurs = timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(scope, after));
    return isOurs ? { after } : MALFORMED;
  }

  #mac({ list, filter }: ListScope, after: string): Buffer {
    const filters = Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([list, filters, after]))
      .digest()
      .subarray(0, MAC_BYTES);
  }
}

const MALFORMED: Refusal = {
  refused: 'malformed-page-token',
  detail: 'The page token was not made for this list with these filters.',
};
