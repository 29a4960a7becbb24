import { paint } from '#platform/terminal.js';
import type { Database } from '#read-models/database.js';
import { LedgerBalanceReader } from '#read-models/queries/ledger-balance-reader.js';
import { WHOLE_LEDGER } from '#read-models/queries/ledger-scope.js';
import { trialBalanceOf } from '../../api/ledger/get-trial-balance.js';
import { formatTrialBalance } from '../../cli/ledger-text.js';

const INTRODUCTION = `The books, of everything so far. What a provider holds for us is an asset, what we owe the merchant a
liability; what the provider kept is an expense, and what nobody has explained yet waits in suspense:`;

/** The closing trial balance, with what its accounts mean. */
export async function booksText(database: Database): Promise<string> {
  const layer = 'posted';
  const rows = await new LedgerBalanceReader(database).balances(
    { ...WHOLE_LEDGER, layer },
    { before: null, knownBefore: null },
    { after: null, rowsMax: null },
  );
  const found = trialBalanceOf(layer, rows);
  const table = formatTrialBalance(found, process.stdout).trimEnd().replaceAll(/^/gm, '  ');
  const entries = rows.reduce((sum, row) => sum + row.entries, 0);
  const verdict = found.isBalanced
    ? paint(`The books square: ${entries} entries sum to zero in every currency.`, 'green')
    : paint('The books do not square.', 'red');
  return `${INTRODUCTION}\n\n${table}\n\n${verdict}`;
}
