import type { Account } from '#providers/account.js';

/** The provider accounts that this deployment has. */
export class KnownAccounts {
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.#accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  get ids(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  find(id: string): Account | null {
    return this.#accounts.get(id) ?? null;
  }
}
