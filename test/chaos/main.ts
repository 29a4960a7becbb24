import { parseArgs } from 'node:util';
import { runKafka } from './kafka.js';
import { runKills } from './kills.js';
import { whyNotBuilt } from './processes.js';
import { isPassed, reportJson, reportText, type ChaosReport } from './report.js';
import { runStorm } from './storm.js';
import { openWorkspace, type ProgramPorts } from './workspace.js';

const HELP = `Usage: npm run chaos -- <program> [options]

  kills   standalone on embedded parts, killed with SIGKILL at random moments of a storm
  kafka   the log on a real Kafka broker: a projector stopped past its session, the broker killed and
          started again, answers to the producer lost on the way
  storm   standalone under mixed traffic of all four providers: duplicates, reordering, forgeries and
          hostile bodies, with personal data in all of them; answers and memory against clean traffic

  --webhooks N         deliveries of the storm        (default 20000)
  --rate N             deliveries a second            (default 200)
  --kills N            kills of node alone            (kills; default 40)
  --postgres-kills N   kills of node and PostgreSQL   (kills; default 10)
  --seed N             the same seed, the same storm and the same plan of faults (default 1)
  --json               the report as JSON on stdout; progress goes to stderr
  --keep               keep the folder of the run also when everything is well

Afterwards everything is held against the senders' journals, a pure fold of the log and a rebuild. Exits
with 1 when something is wrong, and then keeps the folder.
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    webhooks: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '200' },
    kills: { type: 'string', default: '40' },
    'postgres-kills': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const PROGRAMS = ['kills', 'kafka', 'storm'] as const;
type Program = (typeof PROGRAMS)[number];

async function main(program: Program): Promise<number> {
  const whyNot = whyNotBuilt();
  if (whyNot !== null) throw new Error(whyNot);
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => stopping.abort(new Error(`Stopped by ${name}.`)));
  }
  const startedMs = performance.now();
  const workspace = await openWorkspace(program);
  const progress = values.json ? process.stderr : process.stdout;
  const print = (text: string): void => {
    const atSeconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    progress.write(`${atSeconds.padStart(6)} s  ${text}\n`);
  };
  const ports: ProgramPorts = { workspace, print, signal: stopping.signal };
  let isKept = true;
  try {
    const report = await run(program, ports);
    process.stdout.write(values.json ? reportJson(report) : reportText(report));
    isKept = values.keep || !isPassed(report);
    return isPassed(report) ? 0 : 1;
  } finally {
    if (isKept) progress.write(`Kept: ${workspace.dir}\n`);
    else workspace.remove();
  }
}

function run(program: Program, ports: ProgramPorts): Promise<ChaosReport> {
  const storm = {
    webhooks: count('webhooks', values.webhooks),
    ratePerSecond: count('rate', values.rate),
    seed: count('seed', values.seed),
  };
  if (program === 'kafka') return runKafka(storm, ports);
  if (program === 'storm') return runStorm(storm, ports);
  const kills = {
    nodeKills: count('kills', values.kills),
    postgresKills: count('postgres-kills', values['postgres-kills']),
  };
  return runKills({ ...storm, ...kills }, ports);
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name} is a whole number, not \`${text}\`.`);
}

const program = PROGRAMS.find((name) => name === positionals[0]);
if (values.help || program === undefined) {
  process.stdout.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  // Exits at once: a child that does not want to end must not keep this process.
  process.exit(
    await main(program).catch((error: unknown) => {
      process.stderr.write(
        `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      return 1;
    }),
  );
}
