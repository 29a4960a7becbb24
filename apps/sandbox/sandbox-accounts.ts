import type { Account } from '#providers/account.js';
import { playedAccounts, type PlayedAccounts } from './plan/played-accounts.js';

/** The accounts that the sandbox plays the providers of. */
export class SandboxAccounts {
  readonly played: PlayedAccounts;

  constructor(accounts: readonly Account[]) {
    this.played = playedAccounts(accounts);
  }
}
