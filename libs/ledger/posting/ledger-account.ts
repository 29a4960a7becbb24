/**
 * Names of ledger accounts: `{class}:{what}` and, where the money lies at or goes to one provider account,
 * `:{account}`. A debit raises assets and expenses; a credit raises liabilities and equity.
 */
export type LedgerAccount = string;

export const MERCHANT: LedgerAccount = 'liabilities:merchant';
export const PAYOUTS: LedgerAccount = 'liabilities:payouts';

/** How the names of clearing accounts begin. */
export const CLEARING = 'assets:provider:';
/** How the names of suspense accounts begin. */
export const SUSPENSE = 'suspense:';

/** What the provider holds for us: a clearing account, at zero once everything is paid out. */
export function providerClearing(account: string): LedgerAccount {
  return `${CLEARING}${account}`;
}

/** What the provider has paid out to us. */
export function bank(account: string): LedgerAccount {
  return `assets:bank:${account}`;
}

export function fees(account: string): LedgerAccount {
  return `expenses:fees:${account}`;
}

export function taxes(account: string): LedgerAccount {
  return `expenses:taxes:${account}`;
}

/** What does not fit yet, with a reason on the entry. */
export function suspense(account: string): LedgerAccount {
  return `${SUSPENSE}${account}`;
}
