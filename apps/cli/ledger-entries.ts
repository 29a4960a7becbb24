import type { Command } from './command.js';
import { requireKnownAccount } from './known-account.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, movedText, rightAligned, type LedgerMoney } from './ledger-text.js';
import { numberOption, parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger entries';
const ENTRIES_DEFAULT = 50;
const ENTRIES_MAX = 100_000;

/** `cuadre ledger entries`. */
export const ledgerEntries: Command = {
  name: 'entries',
  summary: 'what was booked, entry by entry, in the order in which it counts',
  help: `Usage: cuadre ledger entries [account] [options]

Tells entries of the account and all below it, else of all, by the time that they count at.

  --order <id>      of the payments of an order, their refunds counted in
  --payment <id>    of a payment, its refunds counted in
  --event <id>      what one event posted
  --from <time>     a day in UTC, or an instant with its zone
  --to <time>       the same; a day is taken whole
  --limit <n>       how many at most (default ${ENTRIES_DEFAULT})
  --url <url>       the API (default http://127.0.0.1:PORT)
  --token <token>   (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json            {"items": [...], "hasMore": ...} on stdout, with hashes and ids
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      order: { type: 'string' },
      payment: { type: 'string' },
      event: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [account, extra] = positionals;
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const limit = numberOption(
      NAME,
      { name: 'limit', text: values.limit },
      { min: 1, max: ENTRIES_MAX },
    );
    const service = await LedgerService.open(values, io);
    const parameters = {
      accountPrefix: account,
      orderId: values.order,
      paymentId: values.payment,
      eventId: values.event,
      from: values.from,
      to: values.to,
    };
    const found = await service.list('/v1/ledger/entries', parameters, limit ?? ENTRIES_DEFAULT);
    if (account !== undefined && found.items.length === 0) {
      await requireKnownAccount(service, { name: account, scope: 'below' });
    }
    io.stdout.write(
      values.json ? `${JSON.stringify(found)}\n` : formatEntries(found.items as readonly Entry[]),
    );
    if (found.hasMore) io.stderr.write('There are more; --limit raises the number.\n');
    return 0;
  },
};

type Entry = {
  readonly effectiveAt: string;
  /** The provider's own time, where that lies in a closed period. */
  readonly toldAt: string | null;
  readonly account: string;
  readonly side: string;
  readonly amount: LedgerMoney;
  readonly layer: string;
  readonly line: string;
  readonly reason: string | null;
  readonly subject: string;
};

function formatEntries(entries: readonly Entry[]): string {
  if (entries.length === 0) return 'Nothing is booked.\n';
  const rows = entries.map(({ side, amount, ...entry }) => [
    entry.effectiveAt.replace('T', ' '),
    entry.account,
    amount.currency,
    side === 'debit' ? groupedAmount(amount) : '',
    side === 'credit' ? groupedAmount(amount) : '',
    `${entry.layer === 'posted' ? '' : `${entry.layer} `}${entry.reason ?? entry.line}${movedText(entry)}`,
    entry.subject,
  ]);
  const head = ['counts at', 'account', '', 'debit', 'credit', 'for', 'of'];
  return formatTable(rightAligned([head, ...rows], [3, 4]));
}
