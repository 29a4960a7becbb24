import type { Account } from '#providers/account.js';
import { playedAccounts, type PlayedAccounts } from './plan/played-accounts.js';
import type { PlayedProvider } from './plan/scenario.js';

/** The accounts that the sandbox plays the providers of. */
export class SandboxAccounts {
  readonly played: PlayedAccounts;
  /** One deployment is one environment. */
  readonly environment: Account['environment'];

  constructor(accounts: readonly Account[]) {
    this.played = playedAccounts(accounts);
    this.environment = accounts[0]?.environment ?? 'test';
  }

  /** What the provider's API wants of its callers; empty where the account has no access to it. */
  credentialsOf(provider: PlayedProvider): Readonly<Record<string, string>> {
    return this.played[provider]?.account.api?.credentials ?? {};
  }
}
