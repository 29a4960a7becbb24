import { readFile } from 'node:fs/promises';
import { CommandError, type Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { parseOptions, usageError } from './options.js';

const NAME = 'settlements import';

/** `cuadre settlements import`. */
export const settlementsImport: Command = {
  name: 'import',
  summary: 'book a settlement report: what a provider paid out, and for what',
  help: `Usage: cuadre settlements import <file> --account <account> --report <report> [options]

Books each line of a report, a CSV file with this header:

  line,type,reference,amount,currency,paid_at
  1,payment,transaction/69e0df45b604159c5b8ba5a9,97.00,COP,2026-11-20

\`type\` is payment, refund, withdrawal, payout, fee or adjustment; \`reference\` is what the line is for, as
kind/id, or empty. Amounts are as the payout moves: refunds, withdrawals and fees are below zero. One bad
line, and nothing is booked; the same report again changes nothing. The token needs the scope \`operate\`.

  --account <account>  the provider account
  --report <report>    the provider's id of the report
  --dry-run            only checks it, and tells how its lines would fit
  --url <url>          the API (default http://127.0.0.1:PORT)
  --token <token>      (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json               the answer of /v1/settlements/imports on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      account: { type: 'string' },
      report: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [file, extra] = positionals;
    if (file === undefined) throw usageError(NAME, 'Which file?');
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const { account, report } = values;
    if (account === undefined) throw usageError(NAME, 'Of which --account?');
    if (report === undefined) throw usageError(NAME, 'Which --report is it?');
    const text = await textOf(file);
    const service = await LedgerService.open(values, io);
    const found = (await service.postFile(
      '/v1/settlements/imports',
      { account, report, dryRun: values['dry-run'] ? 'true' : undefined },
      { contentType: 'text/csv', text },
    )) as Imported;
    io.stdout.write(values.json ? `${JSON.stringify(found)}\n` : importedText(found));
    return 0;
  },
};

type Imported = {
  readonly settlementId: string;
  readonly report: string;
  readonly lineCount: number;
  readonly alreadyKnown: number;
  readonly conflicting: number;
  readonly conflictingLines: readonly string[];
  readonly matches: readonly { readonly match: string; readonly count: number }[];
  readonly otherCurrencyLines: readonly string[];
  readonly isDryRun: boolean;
};

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandError(`${file} cannot be read.`, { exitCode: 2, cause });
  }
}

function importedText(found: Imported): string {
  const { lineCount, alreadyKnown, conflicting, isDryRun } = found;
  const lines = `${lineCount} line${lineCount === 1 ? '' : 's'}`;
  const known = alreadyKnown === 0 ? '' : ` ${alreadyKnown} known already.`;
  const verdict = isDryRun ? `can be booked: ${lines}.` : `is taken: ${lines}.`;
  const told = [
    `Report ${found.report} ${verdict}${known}`,
    found.matches.map(({ match, count }) => `${count} ${match}`).join(', '),
    ...(conflicting === 0
      ? []
      : [`A conflict: ${conflicting} known with other facts: ${listed(found.conflictingLines)}.`]),
    ...(found.otherCurrencyLines.length === 0
      ? []
      : [`In another currency than the payment: ${listed(found.otherCurrencyLines)}.`]),
    `Settlement ${found.settlementId}`,
  ];
  return `${told.join('\n')}\n`;
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `line ${line}`).join(', ');
}
