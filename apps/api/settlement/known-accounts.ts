import { nearestName } from '#platform/nearest-name.js';
import type { Account } from '#providers/account.js';
import type { Refusal } from '../http/refusal.js';

/** The provider accounts that this deployment has. */
export class KnownAccounts {
  readonly #accounts: ReadonlyMap<string, Account>;

  constructor(accounts: readonly Account[]) {
    this.#accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  get ids(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /**
   * Why a list of this account is empty, where the account is misspelt; null where it is known. Not asked
   * where something was found: an account that this deployment has no longer still has its books.
   */
  refusalOf(id: string | null): Refusal | null {
    if (id === null || this.#accounts.has(id)) return null;
    const nearest = nearestName(id, this.ids);
    if (nearest === null) return null;
    const detail = `There is no provider account \`${id}\`. The nearest is \`${nearest}\`.`;
    return { refused: 'not-found', detail };
  }

  find(id: string): Account | null {
    return this.#accounts.get(id) ?? null;
  }
}
