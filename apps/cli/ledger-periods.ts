import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const NAME = 'ledger periods';

/** `cuadre ledger periods`. */
export const ledgerPeriods: Command = {
  name: 'periods',
  summary: 'how far the books are closed, and every close',
  help: `Usage: cuadre ledger periods [options]

Tells up to when the books are closed in every partition, and lists the closes with the partitions that have
folded them.

  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           {"closedUntil": ..., "lastClosed": ..., "partitions": [...], "closes": [...]} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [extra] = positionals;
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const periods = (await service.get('/v1/ledger/periods', {})) as Periods;
    io.stdout.write(values.json ? `${JSON.stringify(periods)}\n` : periodsText(periods));
    return 0;
  },
};

type Periods = {
  readonly closedUntil: string | null;
  readonly lastClosed: string | null;
  readonly partitions: readonly { readonly closedUntil: string | null }[];
  readonly closes: readonly {
    readonly periodId: string;
    readonly until: string;
    readonly partitions: number;
    readonly recordedAt: string;
  }[];
};

function periodsText({ closedUntil, lastClosed, partitions, closes }: Periods): string {
  const state =
    closedUntil === null
      ? 'No period is closed in every partition.'
      : `The books are closed until ${closedUntil} (${lastClosed ?? '-'}).`;
  if (closes.length === 0) return `${state}\n`;
  const rows = closes.map((close) => [
    close.periodId,
    close.until,
    `${close.partitions} of ${partitions.length}`,
    close.recordedAt,
  ]);
  return `${formatTable([['period', 'closed until', 'partitions', 'recorded'], ...rows])}\n${state}\n`;
}
