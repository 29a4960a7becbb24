import { settlementIdOf } from '#events/ids.js';
import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { groupedAmount, rightAligned, type LedgerMoney } from './ledger-text.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'settlements show';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `cuadre settlements show`. */
export const settlementsShow: Command = {
  name: 'show',
  summary: 'the lines of a report, and how they fit the payments that they name',
  help: `Usage: cuadre settlements show <settlement id> [options]
       cuadre settlements show <report> --account <account> [options]

Tells the first lines of a report: matched (the payment is paid out to the unit), amount_differs,
unknown_movement (nothing else tells of what the line names), no_movement (it names nothing). Where an
amount differs: what is due for the payment, and the rest that no line covers, below zero where more came.

  --account <account>  the provider account, where a report is named
  --url <url>          the API (default http://127.0.0.1:PORT)
  --token <token>      (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json               the answer of /v1/settlements/{settlementId} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      account: { type: 'string' },
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [name, extra] = positionals;
    if (name === undefined) throw usageError(NAME, 'Which settlement?');
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const id = idOf(name, values.account);
    const service = await LedgerService.open(values, io);
    const found = (await service.get(`/v1/settlements/${id}`, {})) as Settlement;
    io.stdout.write(values.json ? `${JSON.stringify(found)}\n` : formatSettlement(found));
    if (found.isCut) io.stderr.write('There is more than is shown here.\n');
    return 0;
  },
};

type Settlement = {
  readonly account: string;
  readonly batch: string;
  readonly status: string;
  readonly isCut: boolean;
  readonly matches: readonly { readonly match: string; readonly count: number }[];
  readonly lines: readonly {
    readonly line: string;
    readonly type: string;
    readonly reference: string | null;
    readonly amount: LedgerMoney;
    readonly paidAt: string;
    readonly match: string;
    readonly orderId: string | null;
    readonly due: LedgerMoney | null;
    readonly rest: LedgerMoney | null;
  }[];
};

function idOf(name: string, account: string | undefined): string {
  if (account !== undefined) return settlementIdOf(account, name);
  if (!UUID.test(name)) throw usageError(NAME, 'A report is named with its --account.');
  return name;
}

/** What is due and what is left of it, where that is not what the lines come to. */
function restOf({ match, due, rest }: Settlement['lines'][number]): readonly [string, string] {
  const isShown = match === 'amount_differs';
  const text = (money: LedgerMoney | null): string =>
    isShown && money !== null ? groupedAmount(money) : '';
  return [text(due), text(rest)];
}

function formatSettlement({ account, batch, status, lines, matches }: Settlement): string {
  const title = `${account} ${batch}: ${status}\n`;
  if (lines.length === 0) return `${title}No report tells of it.\n`;
  const counts = matches.map(({ match, count }) => `${count} ${match}`).join(', ');
  const rows = lines.map((line) => [
    line.line,
    line.type,
    line.reference ?? '-',
    line.orderId ?? '-',
    line.amount.currency,
    groupedAmount(line.amount),
    line.paidAt.replace('T', ' '),
    line.match,
    ...restOf(line),
  ]);
  const head = [
    'line',
    'type',
    'reference',
    'order',
    '',
    'amount',
    'paid at',
    'match',
    'due',
    'rest',
  ];
  return `${title}${counts}\n\n${formatTable(rightAligned([head, ...rows], [5, 8, 9]))}`;
}
