import { paint } from '#platform/terminal.js';
import { type Command, type CommandIo, CommandError, type ExitCode } from './command.js';
import { getJson, postForLines, sandboxService, type Service } from './http.js';
import { numberOption, parseOptions, usageError } from './options.js';
import { ProgressLine } from './progress-line.js';
import { formatTable } from './table.js';

const HELP = `Usage: cuadre send --provider <name> (--event <event> | --scenario <name>) [options]
       cuadre send --storm <deliveries> [options]
       cuadre send --list [--provider <name>]

Sends test webhooks through the sandbox, which signs them and keeps the providers' books.

One event or one life cycle:
  --provider <name>     cobru, conomy, mintcash or tonder (default mintcash)
  --event <event>       paid, authorized, failed, refunded, expired, …, or the provider's own name
  --scenario <name>     a whole life cycle; --list shows them
  --order <id>          our reference; goes on with what the sandbox knows under it
  --times <n>           so often, each time about something of its own (default 1)
  --dup <n>             send each delivery so many times again (default 0)
  --forge               as somebody without the secrets would send it
  --forgery <way>       that way: wrong-secret, no-signature, tampered-body, claims-paid, …
  --set <path>=<value>  replace a member that the body has, before it is signed; may be repeated
  --rate <per second>   (default 50)
  --reorder <n>         up to so many deliveries out of order (default 0)

A storm, the same for the same seed:
  --storm <n>           so many deliveries
  --seed <n>            (default: chosen and told)
  --rate <per second>   (default 100)
  --duplicates <%>      of the genuine deliveries (default 20)
  --forgeries <%>       of the genuine deliveries (default 5)
  --hostile <%>         bodies that mean harm, of the genuine deliveries (default 0)
  --reorder <n>         up to so many deliveries out of order (default 10)
  --provider <name>     that provider alone
  --journal <name>      write a line for every 2xx to DATA_DIR/sandbox/journals/<name>

How they travel:
  --burst <n>           so many at once, then a pause (default 1)
  --delay <seconds>     each up to so much late (default 0)
  --lose <%>            first sendings that are lost: only the provider's retry brings them
  --speed <n>           the provider's clock between retries, as many times as fast (default 1)
  --retries <how>       provider: its own schedule; persistent: within seconds (default provider)

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
  forgery: { type: 'string' },
  hostile: { type: 'string' },
  burst: { type: 'string' },
  delay: { type: 'string' },
  lose: { type: 'string' },
  speed: { type: 'string' },
  retries: { type: 'string' },
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
    if (values.list === true) {
      return list(service, { provider: values.provider, io, isJson: values.json });
    }
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
    forgery: values.forgery,
    ratePerSecond: rateOf(values),
    reorderWindow: whole(values, 'reorder', { min: 0, max: 10_000 }),
    ...trafficOf(values),
    set: replacements(values.set ?? []),
  };
  return { path: '/sandbox/v1/deliveries', body };
}

function stormRequest(values: Values): ControlRequest {
  const { event, scenario, order, forgery, provider, journal } = values;
  const single = Object.entries({ event, scenario, order, forgery }).find(
    ([, value]) => value !== undefined,
  );
  if (single !== undefined) throw usageError('send', `--${single[0]} does not go with --storm.`);
  const body = {
    count: whole(values, 'storm', { min: 1, max: 100_000 }),
    seed: whole(values, 'seed', { min: 0, max: 4_294_967_295 }),
    ratePerSecond: rateOf(values),
    duplicates: whole(values, 'duplicates', { min: 0, max: 100 }),
    forgeries: whole(values, 'forgeries', { min: 0, max: 100 }),
    hostile: whole(values, 'hostile', { min: 0, max: 100 }),
    reorderWindow: whole(values, 'reorder', { min: 0, max: 10_000 }),
    ...(provider === undefined ? {} : { providers: [provider] }),
    ...trafficOf(values),
    journal,
  };
  return { path: '/sandbox/v1/storms', body };
}

type WholeOption =
  | 'times'
  | 'dup'
  | 'storm'
  | 'seed'
  | 'duplicates'
  | 'forgeries'
  | 'hostile'
  | 'reorder'
  | 'burst'
  | 'lose';

function trafficOf(values: Values): Readonly<Record<string, unknown>> {
  const { delay, speed, retries } = values;
  if (retries !== undefined && retries !== 'provider' && retries !== 'persistent') {
    throw usageError('send', `--retries is provider or persistent, not \`${retries}\`.`);
  }
  const times = { min: 0.01, max: 1_000_000, isWhole: false };
  const seconds = { min: 0, max: 3_600, isWhole: false };
  return {
    burst: whole(values, 'burst', { min: 1, max: 10_000 }),
    delaySeconds: numberOption('send', { name: 'delay', text: delay }, seconds),
    lose: whole(values, 'lose', { min: 0, max: 100 }),
    speed: numberOption('send', { name: 'speed', text: speed }, times),
    retries,
  };
}

function whole(
  values: Values,
  name: WholeOption,
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
      const reference = shown(line['orderId']);
      // What has no order is found by the provider's id of it, which the answer does not tell.
      if (reference.startsWith('ORD-') && line['status'] === 200) orderId = reference;
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
  const what = `${counted(deliveries, 'delivery', 'deliveries')} for ${counted(orders, 'order', 'orders')}`;
  return `Sending ${what}${told}.`;
}

/** `1 order`, `3 orders` */
function counted(count: unknown, one: string, many: string): string {
  return `${shown(count)} ${count === 1 ? one : many}`;
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
  const { hostileAccepted = 0, hostileRefused = 0, lost = 0, refused = 0 } = counts;
  const facts = [
    `${counts['accepted']} accepted`,
    `${refused - hostileRefused} refused (forged)`,
    ...(hostileAccepted + hostileRefused === 0
      ? []
      : [`hostile bodies ${hostileRefused} refused and ${hostileAccepted} kept`]),
    ...(lost === 0 ? [] : [`${lost} lost on the way`]),
    `${counts['retries']} tried again`,
    `${counts['givenUp']} given up`,
  ];
  const expected = Object.entries(byStatus).map(([status, count]) => `${count} ${status}`);
  return [
    `${facts.join(', ')}; ${(Number(line['elapsedMs']) / 1_000).toFixed(1)} s.`,
    ...deadLetterLines(line['deadLetters']),
    ...(expected.length === 0 ? [] : [`The orders must end as: ${expected.join(', ')}.`]),
    ...(line['isWhole'] === true ? [] : ['It was stopped before the end.']),
    '',
  ].join('\n');
}

const DEAD_LETTERS_SHOWN_MAX = 20;

/** What its provider has given up. */
function deadLetterLines(listed: unknown): readonly string[] {
  const letters = Array.isArray(listed) ? (listed as Readonly<Record<string, unknown>>[]) : [];
  if (letters.length === 0) return [];
  const lines = letters.slice(0, DEAD_LETTERS_SHOWN_MAX).map((letter) => {
    const answer =
      letter['status'] === null ? 'no answer' : `last answer ${shown(letter['status'])}`;
    const sent = `sent ${shown(letter['attempts'])} times`;
    return `  ${shown(letter['orderId'])}  ${shown(letter['provider'])} ${shown(letter['event'])}  ${sent}, ${answer}`;
  });
  const more = letters.length - lines.length;
  return ['Dead letters:', ...lines, ...(more > 0 ? [`  … and ${more} more`] : [])];
}

type ListedScenario = {
  readonly provider: string;
  readonly name: string;
  readonly summary: string;
  readonly finalStatus: string | null;
  readonly furtherOrders?: Readonly<Record<string, string>>;
};

/** What a subscription charges are orders of their own. */
function endText({ finalStatus, furtherOrders = {} }: ListedScenario): string {
  const ends = new Set([
    ...(finalStatus === null ? [] : [finalStatus]),
    ...Object.values(furtherOrders),
  ]);
  return ends.size === 0 ? 'no order' : `ends ${[...ends].join(', ')}`;
}

async function list(
  service: Service,
  { provider, io, isJson }: Following & { readonly provider: string | undefined },
): Promise<ExitCode> {
  const found = (await getJson(service, '/sandbox/v1/scenarios', io)) as {
    scenarios: readonly ListedScenario[];
    events: Readonly<Record<string, readonly string[]>>;
  };
  if (provider !== undefined && !Object.hasOwn(found.events, provider)) {
    throw usageError('send', `The sandbox does not play \`${provider}\`.`);
  }
  const isWanted = (name: string): boolean => provider === undefined || provider === name;
  const scenarios = found.scenarios.filter((one) => isWanted(one.provider));
  const events = Object.entries(found.events).filter(([name]) => isWanted(name));
  if (isJson) {
    io.stdout.write(`${JSON.stringify({ scenarios, events: Object.fromEntries(events) })}\n`);
    return 0;
  }
  for (const [name, words] of events) {
    const rows = scenarios
      .filter((one) => one.provider === name)
      .map((one) => [`  ${one.name}`, endText(one), one.summary]);
    io.stdout.write(`${paint(name, 'bold', io.stdout)}\n${formatTable(rows)}`);
    io.stdout.write(`  events: ${words.join(' ')}\n\n`);
  }
  return 0;
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '-';
}
