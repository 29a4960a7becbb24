import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, rightAligned, type LedgerMoney } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger suspense';
const ITEMS_MAX = 1_000;

/** `cuadre ledger suspense`. */
export const ledgerSuspense: Command = {
  name: 'suspense',
  summary: 'what is booked and not explained yet, oldest first',
  help: `Usage: cuadre ledger suspense [provider account] [options]

Tells what waits in suspense for somebody to explain it: since when, how much, why, of which payment.

  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           {"items": [...], "hasMore": ...} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [account, extra] = positionals;
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const found = await service.list('/v1/ledger/suspense', { account }, ITEMS_MAX);
    io.stdout.write(
      values.json
        ? `${JSON.stringify(found)}\n`
        : formatSuspense(found.items as readonly Suspense[]),
    );
    if (found.hasMore) io.stderr.write('There are more; the API walks all.\n');
    return 0;
  },
};

type Suspense = {
  readonly account: string;
  readonly reason: string | null;
  readonly amount: LedgerMoney;
  readonly paymentId: string;
  readonly orderId: string | null;
  readonly since: string;
};

function formatSuspense(items: readonly Suspense[]): string {
  if (items.length === 0) return 'Nothing is in suspense.\n';
  const rows = items.map(({ since, account, amount, reason, orderId, paymentId }) => [
    since.replace('T', ' '),
    account,
    amount.currency,
    groupedAmount(amount),
    reason ?? '-',
    orderId ?? '-',
    paymentId,
  ]);
  const head = ['since', 'account', '', 'amount', 'reason', 'order', 'payment'];
  return formatTable(rightAligned([head, ...rows], [3]));
}
