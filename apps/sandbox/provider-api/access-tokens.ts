import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Access tokens as Cobru and Conomy give them out: a JWT (HS256) that lives for fifteen minutes. The key
 * is made at start, so a restart makes every token stale, which a client must survive.
 */
export class AccessTokens {
  static readonly LIFETIME_SECONDS = 15 * 60;
  readonly #key = randomBytes(32);

  issue(nowMs: number): string {
    const issuedAt = Math.floor(nowMs / 1_000);
    const head = encode({ alg: 'HS256', typ: 'JWT' });
    const claims = encode({
      token_type: 'access',
      iat: issuedAt,
      exp: issuedAt + AccessTokens.LIFETIME_SECONDS,
      jti: randomBytes(16).toString('hex'),
    });
    return `${head}.${claims}.${this.#sign(`${head}.${claims}`).toString('base64url')}`;
  }

  isValid(token: string, nowMs: number): boolean {
    const [head = '', claims = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(`${head}.${claims}`);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };
    return exp * 1_000 > nowMs;
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

function encode(members: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify(members)).toString('base64url');
}
