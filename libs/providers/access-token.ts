import type { HttpCall } from './provider.js';

/** A provider's answer to a login. */
export type IssuedToken = {
  readonly text: string;
  /** From now on, a margin for the way already taken off. */
  readonly lifetimeMs: number;
};

export type AccessTokenPorts = {
  /** Logs in. Throws `ProviderUnavailable` where there is no token in the answer. */
  readonly issue: () => Promise<IssuedToken>;
  readonly nowMs: () => number;
};

type Answer = Awaited<ReturnType<HttpCall>>;

/** What an authorisation header can carry: anything else in an answer is no token. */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** A bearer token for an API, kept until it ends. Concurrent callers share one login. */
export class AccessToken {
  readonly #ports: AccessTokenPorts;
  #token: { readonly text: string; readonly untilMs: number } | null = null;
  #issuing: Promise<string> | null = null;

  constructor(ports: AccessTokenPorts) {
    this.#ports = ports;
  }

  /**
   * Asks with the current token, and once more with a new one where the answer is 401: a secret may
   * have been rotated. `askedAtMs` is before the question is sent: what the answer cannot have seen
   * is never taken as seen.
   */
  async ask(
    question: (token: string) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer; readonly askedAtMs: number }> {
    const token = await this.#current();
    const askedAtMs = this.#ports.nowMs();
    const answer = await question(token);
    if (answer.status !== 401) return { answer, askedAtMs };
    const fresh = await this.#replace(token);
    const retriedAtMs = this.#ports.nowMs();
    return { answer: await question(fresh), askedAtMs: retriedAtMs };
  }

  async #current(): Promise<string> {
    if (this.#token !== null && this.#ports.nowMs() < this.#token.untilMs) return this.#token.text;
    this.#issuing ??= this.#issue().finally(() => {
      this.#issuing = null;
    });
    return this.#issuing;
  }

  /** A new token in place of a refused one, unless somebody has replaced it already. */
  async #replace(refused: string): Promise<string> {
    if (this.#token?.text === refused) this.#token = null;
    return this.#current();
  }

  async #issue(): Promise<string> {
    const { text, lifetimeMs } = await this.#ports.issue();
    this.#token = { text, untilMs: this.#ports.nowMs() + lifetimeMs };
    return text;
  }
}
