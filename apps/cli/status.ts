import { paint } from '#platform/terminal.js';
import { CommandError, type Command, type Output } from './command.js';
import { apiService, getJson } from './http.js';
import { parseOptions, usageError } from './options.js';
import { formatTable } from './table.js';

const HELP = `Usage: cuadre status [options]

Tells how far the log is folded and what waits: lookups, messages for the public topics, parked payments.

  --partitions     a line for each partition
  --url <url>      the API (default http://127.0.0.1:PORT)
  --token <token>  (default: the first of API_TOKENS, else the one in DATA_DIR/api-token)
  --json           the answer of /v1/status on stdout
`;

const OPTIONS = {
  partitions: { type: 'boolean' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const;

export const status: Command = {
  name: 'status',
  summary: 'tell positions, lag, what is due and what is parked',
  help: HELP,
  run: async (args, io) => {
    const { values, positionals } = parseOptions('status', args, OPTIONS);
    if (positionals[0] !== undefined) {
      throw usageError('status', `\`${positionals[0]}\` is not expected.`);
    }
    const service = await apiService(values, io);
    const found = (await getJson(service, '/v1/status', io)) as Status | null;
    if (found === null) {
      throw new CommandError(`${service.url} has no /v1/status.`, {
        exitCode: 1,
        hint: `Something else may answer there; name another address with ${service.setting}.`,
      });
    }
    io.stdout.write(
      values.json
        ? `${JSON.stringify(found)}\n`
        : formatStatus(found, { stream: io.stdout, hasPartitions: values.partitions === true }),
    );
    return 0;
  },
};

/** What `status` reads of `/v1/status`. */
type Status = {
  readonly live: { readonly version: number; readonly generation: number } | null;
  readonly building: readonly { readonly version: number; readonly generation: number }[];
  readonly partitions: readonly {
    readonly partition: number;
    readonly end: string;
    readonly checkpoint: string;
    readonly lag: number;
    readonly lastRecordedAt: string | null;
  }[];
  readonly lag: number;
  readonly lookupsDue: Queue;
  readonly outbox: Queue;
  readonly parked: { readonly subjects: Queue; readonly records: Queue };
};

type Queue = { readonly count: number; readonly oldestAt: string | null };

function formatStatus(
  found: Status,
  { stream, hasPartitions }: { stream: Output; hasPartitions: boolean },
): string {
  const { live, partitions, parked } = found;
  const records = partitions.reduce((sum, { end }) => sum + BigInt(end), 0n);
  const last = partitions
    .map(({ lastRecordedAt }) => lastRecordedAt ?? '')
    .reduce((a, b) => (a > b ? a : b), '');
  const lag = found.lag === 0 ? paint('none', 'green', stream) : `${found.lag} records`;
  const rows = [
    ['log', `${records} records in ${partitions.length} partitions`],
    ['folded', live === null ? 'nothing yet' : `version ${live.version}.${live.generation}`],
    ...found.building.map((one) => ['rebuilding', `version ${one.version}.${one.generation}`]),
    ['lag', lag],
    ['last record', last === '' ? '-' : last],
    ['lookups due', queueText(found.lookupsDue)],
    ['outbox', queueText(found.outbox)],
    ['parked', `${queueText(parked.subjects)}${parkedText(parked.records, stream)}`],
  ];
  const table = hasPartitions
    ? `\n${formatTable([
        ['partition', 'checkpoint', 'end', 'lag'],
        ...partitions.map((one) => [
          String(one.partition),
          one.checkpoint,
          one.end,
          String(one.lag),
        ]),
      ])}`
    : '';
  return formatTable(rows) + table;
}

function queueText({ count, oldestAt }: Queue): string {
  return oldestAt === null ? String(count) : `${count}, the oldest since ${oldestAt}`;
}

function parkedText({ count }: Queue, stream: Output): string {
  return count === 0 ? '' : paint(` with ${count} records`, 'red', stream);
}
