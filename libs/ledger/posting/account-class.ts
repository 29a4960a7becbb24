import type { LedgerAccount } from './ledger-account.js';

export const ACCOUNT_CLASSES = ['assets', 'liabilities', 'equity', 'expenses', 'suspense'] as const;

export type AccountClass = (typeof ACCOUNT_CLASSES)[number];

export type Side = 'debit' | 'credit';

/** What the name says in front; what it does not say is in suspense, where somebody looks. */
export function accountClassOf(account: LedgerAccount): AccountClass {
  const named = account.split(':', 1)[0];
  return ACCOUNT_CLASSES.find((known) => known === named) ?? 'suspense';
}

/** The side that raises an account. Suspense has none by nature: it is shown with what is owned. */
export function normalSideOf(account: LedgerAccount): Side {
  const named = accountClassOf(account);
  return named === 'liabilities' || named === 'equity' ? 'credit' : 'debit';
}
