import type { Command } from './command.js';
import { LEDGER_OPTIONS, LEDGER_OPTIONS_HELP, LedgerService } from './ledger-service.js';
import { formatTrialBalance, type TrialBalance } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';

const NAME = 'ledger trial-balance';

/** `cuadre ledger trial-balance`. */
export const ledgerTrialBalance: Command = {
  name: 'trial-balance',
  summary: 'every account on its side: debits equal credits in each currency',
  help: `Usage: cuadre ledger trial-balance [options]

Tells the balance of every account, on its side, and both sides added up. Exits with 1 where they differ.

  --layer <layer>       posted (default), or pending: authorised money that nobody has captured
${LEDGER_OPTIONS_HELP}
  --json                the answer of /v1/ledger/trial-balance on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      ...LEDGER_OPTIONS,
      layer: { type: 'string' },
    });
    if (positionals[0] !== undefined) {
      throw usageError(NAME, `\`${positionals[0]}\` is not expected.`);
    }
    const service = await LedgerService.open(values, io);
    const found = (await service.get('/v1/ledger/trial-balance', {
      asAt: values['as-at'],
      asKnownAt: values['as-known-at'],
      layer: values.layer,
    })) as TrialBalance;
    io.stdout.write(
      values.json ? `${JSON.stringify(found)}\n` : formatTrialBalance(found, io.stdout),
    );
    return found.isBalanced ? 0 : 1;
  },
};
