import type { CommandGroup } from './command.js';
import { ledgerBalances } from './ledger-balances.js';
import { ledgerClearing } from './ledger-clearing.js';
import { ledgerClose } from './ledger-close.js';
import { ledgerCorrect } from './ledger-correct.js';
import { ledgerDiff } from './ledger-diff.js';
import { ledgerEntries } from './ledger-entries.js';
import { ledgerExport } from './ledger-export.js';
import { ledgerPeriods } from './ledger-periods.js';
import { ledgerStatement } from './ledger-statement.js';
import { ledgerSuspense } from './ledger-suspense.js';
import { ledgerTrialBalance } from './ledger-trial-balance.js';

export const ledger: CommandGroup = {
  name: 'ledger',
  summary: 'read the books, close a period, export, try a rule out, correct',
  commands: [
    ledgerTrialBalance,
    ledgerBalances,
    ledgerStatement,
    ledgerEntries,
    ledgerClearing,
    ledgerSuspense,
    ledgerPeriods,
    ledgerClose,
    ledgerDiff,
    ledgerCorrect,
    ledgerExport,
  ],
};
