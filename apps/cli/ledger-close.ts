import type { Command } from './command.js';
import { LedgerService } from './ledger-service.js';
import { parseOptions, usageError } from './options.js';

const NAME = 'ledger close';

/** `cuadre ledger close`. */
export const ledgerClose: Command = {
  name: 'close',
  summary: 'close a period: what is dated in it and comes later counts from its end',
  help: `Usage: cuadre ledger close <period> [options]

Closes a period that is over: a month (\`2026-10\`) or a day (\`2026-10-31\`) in UTC, or everything before an
instant with its zone (\`2026-10-31T18:00:00-05:00\`), and with it all that is earlier. It is a record of the log, one for each partition, and
cannot be taken back. Closing again changes nothing. The token needs the scope \`operate\`.

  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           {"periodId": ..., "until": ..., "position": ...} on stdout
`,
  run: async (args, io) => {
    const { values, positionals } = parseOptions(NAME, args, {
      url: { type: 'string' },
      token: { type: 'string' },
    });
    const [period, extra] = positionals;
    if (period === undefined) throw usageError(NAME, 'Which period?');
    if (extra !== undefined) throw usageError(NAME, `\`${extra}\` is not expected.`);
    const service = await LedgerService.open(values, io);
    const path = `/v1/ledger/periods/${encodeURIComponent(period)}/close`;
    const closed = (await service.post(path)) as Closed;
    io.stdout.write(values.json ? `${JSON.stringify(closed)}\n` : `${closedText(closed)}\n`);
    return 0;
  },
};

type Closed = {
  readonly periodId: string;
  readonly until: string;
  readonly position: string | null;
};

function closedText({ periodId, until, position }: Closed): string {
  return position === null
    ? `${periodId} was closed already, until ${until}.`
    : `${periodId} is closed: what is dated before ${until} and comes later counts from then.`;
}
