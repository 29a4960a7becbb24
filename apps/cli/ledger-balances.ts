import type { Command } from './command.js';
import { requireKnownAccount } from './known-account.js';
import { LEDGER_OPTIONS, LEDGER_OPTIONS_HELP, LedgerService } from './ledger-service.js';
import { groupedAmount, rightAligned, type LedgerMoney } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger balances';
const BALANCES_MAX = 100_000;

/** `cuadre ledger balances`. */
export const ledgerBalances: Command = {
  name: 'balances',
  summary: 'balances of an account, of those below it, of an order or a payment',
  help: `Usage: cuadre ledger balances [account] [options]

Tells debits, credits and balance (debits less credits) by account, layer and currency: of the account and
all below it, by whole segments of the name, else of all.

  --order <id>          of the payments of an order, their refunds counted in
  --payment <id>        of a payment, its refunds counted in
  --currency <code>
  --layer <layer>       posted or pending (default both)
${LEDGER_OPTIONS_HELP}
  --json                {"items": [...]} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      ...LEDGER_OPTIONS,
      order: { type: 'string' },
      payment: { type: 'string' },
      currency: { type: 'string' },
      layer: { type: 'string' },
    });
    const [account, extra] = positionals;
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const parameters = {
      accountPrefix: account,
      orderId: values.order,
      paymentId: values.payment,
      currency: values.currency,
      layer: values.layer,
      asAt: values['as-at'],
      asKnownAt: values['as-known-at'],
    };
    const { items } = await service.list('/v1/ledger/balances', parameters, BALANCES_MAX);
    if (account !== undefined && items.length === 0) {
      await requireKnownAccount(service, { name: account, scope: 'below' });
    }
    io.stdout.write(
      values.json ? `${JSON.stringify({ items })}\n` : formatBalances(items as readonly Balance[]),
    );
    return 0;
  },
};

type Balance = {
  readonly account: string;
  readonly layer: string;
  readonly debits: LedgerMoney;
  readonly credits: LedgerMoney;
  readonly balance: LedgerMoney;
};

function formatBalances(balances: readonly Balance[]): string {
  if (balances.length === 0) return 'Nothing is booked.\n';
  const rows = balances.map(({ account, layer, debits, credits, balance }) => [
    account,
    layer,
    balance.currency,
    groupedAmount(debits),
    groupedAmount(credits),
    groupedAmount(balance),
  ]);
  const head = ['account', 'layer', '', 'debits', 'credits', 'balance'];
  return formatTable(rightAligned([head, ...rows], [3, 4, 5]));
}
