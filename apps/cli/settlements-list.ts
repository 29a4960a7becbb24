import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, rightAligned, type LedgerMoney } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'settlements list';
const SETTLEMENTS_MAX = 1_000;

/** `cuadre settlements list`. */
export const settlementsList: Command = {
  name: 'list',
  summary: 'batches and reports, and how far they are paid out',
  help: `Usage: cuadre settlements list [provider account] [options]

Tells of each batch that payments name, and of each report: payments, lines and what the lines come to.

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
    const found = await service.list('/v1/settlements', { account }, SETTLEMENTS_MAX);
    io.stdout.write(
      values.json
        ? `${JSON.stringify(found)}\n`
        : formatSettlements(found.items as readonly Settlement[]),
    );
    if (found.hasMore) io.stderr.write('There are more; the API walks all.\n');
    return 0;
  },
};

type Settlement = {
  readonly settlementId: string;
  readonly account: string;
  readonly batch: string;
  readonly status: string;
  readonly paymentCount: number;
  readonly lineCount: number;
  readonly lineTotals: readonly LedgerMoney[];
};

function formatSettlements(items: readonly Settlement[]): string {
  if (items.length === 0) return 'No settlement is known.\n';
  const rows = items.map((one) => [
    one.account,
    one.batch,
    one.status,
    String(one.paymentCount),
    String(one.lineCount),
    one.lineTotals.map((total) => `${total.currency} ${groupedAmount(total)}`).join(', ') || '-',
    one.settlementId,
  ]);
  const head = ['account', 'batch', 'status', 'payments', 'lines', 'come to', 'settlement'];
  return formatTable(rightAligned([head, ...rows], [3, 4]));
}
