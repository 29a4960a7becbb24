import type { Command } from './command.js';
import { requireKnownAccount } from './known-account.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, movedText, rightAligned } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger statement';

/** `cuadre ledger statement`. */
export const ledgerStatement: Command = {
  name: 'statement',
  summary: 'an account from what there was, entry by entry, to what there is',
  help: `Usage: cuadre ledger statement <account> [options]

Tells the opening balance of one account, every posted entry with the balance after it, and the closing
balance, by currency.

  --from <time>               a day in UTC, or an instant with its zone
  --to <time>                 the same; a day is taken whole
  --as-of-position <token>    entries that the log had caused below it: the same each time
  --url <url>                 the API (default http://127.0.0.1:PORT)
  --token <token>             (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json                      the answer of /v1/ledger/statement on stdout, with ids and hashes
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      from: { type: 'string' },
      to: { type: 'string' },
      'as-of-position': { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [account, extra] = positionals;
    if (account === undefined) throw usageError(NAME, 'Of which account?');
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const found = (await service.get('/v1/ledger/statement', {
      account,
      from: values.from,
      to: values.to,
      asOfPosition: values['as-of-position'],
      format: 'json',
    })) as Statement;
    if (found.items.length === 0) {
      await requireKnownAccount(service, { name: account, scope: 'alone' });
    }
    io.stdout.write(values.json ? `${JSON.stringify(found)}\n` : formatStatement(found));
    return 0;
  },
};

type Statement = {
  readonly position: string;
  readonly items: readonly {
    readonly type: string;
    readonly effectiveAt: string | null;
    readonly toldAt: string | null;
    readonly currency: string;
    readonly debit: string | null;
    readonly credit: string | null;
    readonly balance: string;
    readonly line: string | null;
    readonly subject: string | null;
  }[];
};

function formatStatement({ items, position }: Statement): string {
  if (items.length === 0) return 'Nothing is booked.\n';
  const amount = (text: string | null): string =>
    text === null ? '' : groupedAmount({ amount: text });
  const rows = items.map((item) => [
    item.effectiveAt?.replace('T', ' ') ?? '',
    `${item.line ?? item.type}${movedText(item)}`,
    item.currency,
    amount(item.debit),
    amount(item.credit),
    amount(item.balance),
    item.subject ?? '',
  ]);
  const head = ['counts at', 'for', '', 'debit', 'credit', 'balance', 'of'];
  return `${formatTable(rightAligned([head, ...rows], [3, 4, 5]))}\nAs of position ${position}\n`;
}
