import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, rightAligned, type LedgerMoney } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger clearing';
const ACCOUNTS_MAX = 10_000;
const PAYMENTS_SHOWN = 50;

/** `cuadre ledger clearing`. */
export const ledgerClearing: Command = {
  name: 'clearing',
  summary: 'what providers hold for us: how much has cleared, how old the rest is, which payments',
  help: `Usage: cuadre ledger clearing [provider account] [options]

Tells, for each provider account and currency, what came onto its clearing account, what has left it, and
how old the rest is. What has left counts fees and refunds as well as what was paid out, which is on
assets:bank:<account>. With an account, also the ${PAYMENTS_SHOWN} oldest payments that make up the rest.

  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           {"items": [...], "payments": [...]} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [account, extra] = positionals;
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const { items } = await service.list('/v1/ledger/clearing', { account }, ACCOUNTS_MAX);
    const open =
      account === undefined
        ? { items: [], hasMore: false }
        : await service.list(
            `/v1/ledger/clearing/${encodeURIComponent(account)}/payments`,
            {},
            PAYMENTS_SHOWN,
          );
    io.stdout.write(
      values.json
        ? `${JSON.stringify({ items, payments: open.items })}\n`
        : formatClearing(items as readonly Clearing[]) +
            formatOpen(open.items as readonly OpenPayment[]),
    );
    if (open.hasMore) io.stderr.write('There are more payments; the API walks all.\n');
    return 0;
  },
};

type Clearing = {
  readonly account: string;
  readonly currency: string;
  readonly received: LedgerMoney;
  readonly cleared: LedgerMoney;
  readonly outstanding: LedgerMoney;
  readonly clearedPercent: number | null;
  readonly buckets: readonly {
    readonly daysMin: number;
    readonly daysBelow: number | null;
    readonly outstanding: LedgerMoney;
  }[];
};

type OpenPayment = {
  readonly paymentId: string;
  readonly reference: string | null;
  readonly orderId: string | null;
  readonly outstanding: LedgerMoney;
  readonly since: string;
};

function formatClearing(accounts: readonly Clearing[]): string {
  const [first] = accounts;
  if (first === undefined) return 'Nothing is booked.\n';
  const ages = first.buckets.map(({ daysMin, daysBelow }) =>
    daysBelow === null ? `${daysMin}+ days` : `${daysMin}-${daysBelow} days`,
  );
  const head = ['account', '', 'received', 'cleared', '%', 'outstanding', ...ages];
  const rows = accounts.map((one) => [
    one.account,
    one.currency,
    groupedAmount(one.received),
    groupedAmount(one.cleared),
    one.clearedPercent === null ? '-' : one.clearedPercent.toFixed(2),
    groupedAmount(one.outstanding),
    ...one.buckets.map(({ outstanding }) => groupedAmount(outstanding)),
  ]);
  const amounts = head.map((_, column) => column).slice(2);
  return formatTable(rightAligned([head, ...rows], amounts));
}

function formatOpen(payments: readonly OpenPayment[]): string {
  if (payments.length === 0) return '';
  const rows = payments.map(({ outstanding, since, orderId, paymentId, reference }) => [
    since.replace('T', ' '),
    outstanding.currency,
    groupedAmount(outstanding),
    orderId ?? '-',
    reference ?? '-',
    paymentId,
  ]);
  const head = ['since', '', 'outstanding', 'order', 'reference', 'payment'];
  return `\n${formatTable(rightAligned([head, ...rows], [2]))}`;
}
