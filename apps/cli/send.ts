import { paint } from '#platform/terminal.js';
import { type Command, type CommandIo, CommandError, type ExitCode } from './command.js';
import { getJson, postForLines, sandboxService, type Service } from './http.js';
import { numberOption, parseOptions, usageError } from './options.js';
import { ProgressLine } from './progress-line.js';
import { formatTable } from './table.js';

const HELP = `Usage: cuadre send --provider <name> (--event <event> | --scenario <name>) [options]
       cuadre send --storm <deliveries> [options]
       cuadre send --list

Sends test webhooks through the sandbox, which signs them and keeps the provider's books.

One event or one life cycle:
  --provider <name>     mintcash or cobru (default mintcash)
  --event <event>       paid, authorized, failed, refunded, expired, …, or the provider's own name
  --scenario <name>     a whole life cycle; --list shows them
  --order <id>          the order; goes on with its payment when the sandbox knows it
  --times <n>           so many payments (default 1)
  --dup <n>             send each delivery so many times again (default 0)
  --forge               as somebody without the secrets would send it
  --set <path>=<value>  replace a member of the body before it is signed; may be repeated
  --rate <per second>   (default 50)

A storm, the same for the same seed:
  --storm <n>           so many deliveries
  --seed <n>            (default: chosen and told)
  --rate <per second>   (default 100)
  --duplicates <%>      of the genuine deliveries (default 20)
  --forgeries <%>       of the genuine deliveries (default 5)
  --reorder <n>         up to so many deliveries out of order (default 10)
  --provider <name>     that provider alone
  --journal <name>      write a line for every 2xx to DATA_DIR/sandbox/journals/<name>

  --sandbox-url <url>   (default http://127.0.0.1:SANDBOX_PORT)
  --json                JSON lines on stdout: plan, answer or progress, summary
`;

const OPTIONS = {
  provider: { type: 'string' },
  event: { type: 'string' },
  scenario: { type: 'string' },
  order: { type: 'string' },
  times: { type: 'string' },
  dup: { type: 'string' },
  forge: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  rate: { type: 'string' },
  storm: { type: 'string' },
  seed: { type: 'string' },
  duplicates: { type: 'string' },
  forgeries: { type: 'string' },
  reorder: { type: 'string' },
  journal: { type: 'string' },
  list: { type: 'boolean' },
  'sandbox-url': { type: 'string' },
} as const;

export const send: Command = {
  name: 'send',
  summary: 'send one event, a life cycle or a storm of test webhooks',
  help: HELP,
  run: async (args, io) => {
    const { values, positionals } = parseOptions('send', args, OPTIONS);
    if (positionals[0] !== undefined) {
      throw usageError('send', `\`${positionals[0]}\` is not expected.`);
    }
    const service = sandboxService(values['sandbox-url'], io);
    if (values.list === true) return list(service, { io, isJson: values.json });
    const request = values.storm === undefined ? deliveryRequest(values) : stormRequest(values);
    return follow(service, request, { io, isJson: values.json });
  },
};

type Values = Readonly<
  Partial<Record<Exclude<keyof typeof OPTIONS, 'set' | 'forge' | 'list'>, string>> & {
    set?: string[];
    forge?: boolean;
  }
>;
type ControlRequest = { readonly path: string; readonly body: Readonly<Record<string, unknown>> };

function deliveryRequest(values: Values): ControlRequest {
  const { event, scenario, provider, order } = values;
  if ((event === undefined) === (scenario === undefined)) {
    throw usageError('send', 'Give either --event or --scenario, or a --storm.');
  }
  const body = {
    provider: provider ?? 'mintcash',
    event,
    scenario,
    orderId: order,
    times: whole(values, 'times', { min: 1, max: 1_000 }),
    dup: whole(values, 'dup', { min: 0, max: 100 }),
    forge: values.forge,
    ratePerSecond: rateOf(values),
    set: replacements(values.set ?? []),
  };
  return { path: '/sandbox/v1/deliveries', body };
}

function stormRequest(values: Values): ControlRequest {
  const { event, scenario, order, provider, journal } = values;
  const single = Object.entries({ event, scenario, order }).find(
    ([, value]) => value !== undefined,
  );
  if (single !== undefined) throw usageError('send', `--${single[0]} does not go with --storm.`);
  const body = {
    count: whole(values, 'storm', { min: 1, max: 100_000 }),
    seed: whole(values, 'seed', { min: 0, max: 4_294_967_295 }),
    ratePerSecond: rateOf(values),
    duplicates: whole(values, 'duplicates', { min: 0, max: 100 }),
    forgeries: whole(values, 'forgeries', { min: 0, max: 100 }),
    reorderWindow: whole(values, 'reorder', { min: 0, max: 10_000 }),
    ...(provider === undefined ? {} : { providers: [provider] }),
    journal,
  };
  return { path: '/sandbox/v1/storms', body };
}

function whole(
  values: Values,
  name: 'times' | 'dup' | 'storm' | 'seed' | 'duplicates' | 'forgeries' | 'reorder',
  bounds: { min: number; max: number },
): number | undefined {
  return numberOption('send', { name, text: values[name] }, bounds);
}

function rateOf({ rate }: Values): number | undefined {
  const bounds = { min: 0.1, max: 5_000, isWhole: false };
  return numberOption('send', { name: 'rate', text: rate }, bounds);
}

function replacements(pairs: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  if (pairs.length === 0) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, path, text = ''] = /^([\w.-]+)=(.*)$/s.exec(pair) ?? [];
      if (path === undefined) throw usageError('send', `--set is <path>=<value>, not \`${pair}\`.`);
      return [path, literal(text)];
    }),
  );
}

/** Numbers, true, false, null and quoted text as JSON has them; everything else is text. */
function literal(text: string): unknown {
  return /^(-?\d+(\.\d+)?|true|false|null|".*")$/s.test(text) ? JSON.parse(text) : text;
}

type Following = { readonly io: CommandIo; readonly isJson: boolean };

async function follow(
  service: Service,
  request: ControlRequest,
  { io, isJson }: Following,
): Promise<ExitCode> {
  const progress = new ProgressLine(io.stderr);
  let exitCode: ExitCode = 1;
  let orderId: string | null = null;
  for await (const line of postForLines(service, request, io)) {
    progress.clear();
    if (isJson) io.stdout.write(`${JSON.stringify(line)}\n`);
    if (line['type'] === 'failed') {
      throw new CommandError(`The sandbox failed: ${shown(line['detail'])}`, { exitCode: 1 });
    }
    if (line['type'] === 'summary') exitCode = isDelivered(line) ? 0 : 1;
    if (isJson) continue;
    if (line['type'] === 'answer') {
      orderId = shown(line['orderId']);
      io.stdout.write(`${answerText(line, io)}\n`);
    } else if (line['type'] === 'progress') {
      progress.update(progressText(line['counts']));
    } else if (line['type'] === 'plan') {
      io.stderr.write(`${planText(line)}\n`);
    } else if (line['type'] === 'summary') {
      io.stdout.write(summaryText(line));
      if (orderId !== null) io.stderr.write(`See it with \`cuadre trace ${orderId}\`.\n`);
    }
  }
  return exitCode;
}

function isDelivered({ isWhole, counts }: Readonly<Record<string, unknown>>): boolean {
  const { givenUp, forgeriesAccepted } = counts as Record<string, number>;
  return isWhole === true && givenUp === 0 && forgeriesAccepted === 0;
}

function planText({ deliveries, orders, seed }: Readonly<Record<string, unknown>>): string {
  const told = seed === undefined ? '' : `, seed ${shown(seed)}`;
  return `Sending ${shown(deliveries)} deliveries for ${shown(orders)} orders${told}.`;
}

function answerText(line: Readonly<Record<string, unknown>>, { stdout }: CommandIo): string {
  const status = Number(line['status']);
  const isTaken = status >= 200 && status < 300;
  const kind =
    line['forgery'] !== null
      ? ` forged (${shown(line['forgery'])})`
      : line['copy'] === 0
        ? ''
        : ` duplicate ${shown(line['copy'])}`;
  const verdict = paint(
    `${status} ${isTaken ? 'accepted' : 'refused'}`,
    isTaken ? 'green' : 'red',
    stdout,
  );
  const head = `${shown(line['orderId'])}  ${shown(line['provider'])} ${shown(line['event'])}${kind}`;
  return `${head}  ${verdict}  request ${shown(line['requestId'])}`;
}

function progressText(counts: unknown): string {
  const { planned, accepted, refused, retries } = counts as Record<string, number>;
  const done = (accepted ?? 0) + (refused ?? 0);
  return `${done}/${planned}  accepted ${accepted}  refused ${refused}  retried ${retries}`;
}

function summaryText(line: Readonly<Record<string, unknown>>): string {
  const counts = line['counts'] as Record<string, number>;
  const byStatus = (line['byStatus'] ?? {}) as Record<string, number>;
  const facts = [
    `${counts['accepted']} accepted`,
    `${counts['refused']} refused (forged)`,
    `${counts['retries']} tried again`,
    `${counts['givenUp']} given up`,
  ];
  const expected = Object.entries(byStatus).map(([status, count]) => `${count} ${status}`);
  return [
    `${facts.join(', ')}; ${(Number(line['elapsedMs']) / 1_000).toFixed(1)} s.`,
    ...(expected.length === 0 ? [] : [`The orders must end as: ${expected.join(', ')}.`]),
    ...(line['isWhole'] === true ? [] : ['It was stopped before the end.']),
    '',
  ].join('\n');
}

async function list(service: Service, { io, isJson }: Following): Promise<ExitCode> {
  const found = (await getJson(service, '/sandbox/v1/scenarios', io)) as {
    scenarios: readonly { provider: string; name: string; summary: string; finalStatus: string }[];
    events: Readonly<Record<string, readonly string[]>>;
  };
  if (isJson) {
    io.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  const rows = found.scenarios.map((one) => [
    one.provider,
    one.name,
    `ends ${one.finalStatus}`,
    one.summary,
  ]);
  io.stdout.write(`Scenarios\n${formatTable(rows)}\nEvents\n`);
  io.stdout.write(
    formatTable(Object.entries(found.events).map(([name, events]) => [name, events.join(' ')])),
  );
  return 0;
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}
