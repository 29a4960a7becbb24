import { createLogger } from '#platform/logger.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { playedAccounts } from '../../apps/sandbox/plan/played-accounts.js';
import { PLAYED_PROVIDERS } from '../../apps/sandbox/plan/scenario.js';
import { planStorm, type StormPlan } from '../../apps/sandbox/plan/storm.js';
import { startSandbox, type RunningSandbox } from '../../apps/sandbox/start-sandbox.js';
import { Check } from './check.js';
import { killPostgres } from './kill-postgres.js';
import { AppProcess, serverPort } from './processes.js';
import { seconds, type ChaosReport } from './report.js';
import {
  checkAnswers,
  checkLatency,
  latencyText,
  statusesText,
  type TimedAnswer,
} from './storm-answers.js';
import { personalMembers, withPersonalGarbage } from './storm-canaries.js';
import { checkErrors } from './storm-errors.js';
import { checkLeaks } from './storm-leaks.js';
import { MemorySamples } from './storm-memory.js';
import { sendStorm } from './storm-sender.js';
import type { FinishedStorm, StormOptions } from './storm-series.js';
import { untilSettled, verify } from './verify.js';
import type { ProgramPorts, Workspace } from './workspace.js';

const READY_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 15_000;
const PROGRESS_MS = 5_000;
/** Of all deliveries, in percent: what the storm is made of at least. */
const SHARES = { duplicates: 30, forgeries: 5, hostile: 5 } as const;
/** Of a hundred genuine deliveries, which makes a little more than those shares of all. */
const MIX = { duplicatesPercent: 34, forgeriesPercent: 10, hostilePercent: 10 } as const;
const CLEAN_MIX = { duplicatesPercent: 0, forgeriesPercent: 0, hostilePercent: 0 } as const;
const REORDER_WINDOW = 1_000;
/** The storm is cut into so many parts, with clean traffic before each. */
const TURNS = 5;
/** Clean deliveries, for every delivery of the storm. */
const CLEAN_PART = 0.1;
const CLEAN_MIN = 40;
/** Of a run: one for each plan, and some to spare. */
const SEEDS = 10;
const P99_TIMES_MAX = 2;
/** A shorter storm says nothing about memory and the slowest hundredth of the answers. */
const MEASURED_WEBHOOKS_MIN = 10_000;

/**
 * Clean traffic of all four providers and, by turns, a storm of it: duplicated, out of order, forged, hostile,
 * with personal data in every body. What it leaves behind is held against a pure fold; how it is answered,
 * against the clean traffic.
 */
export async function runStorm(options: StormOptions, ports: ProgramPorts): Promise<ChaosReport> {
  const { workspace, print, signal } = ports;
  const port = await serverPort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...workspace.env, PORT: String(port), GRPC_PORT: String(await serverPort()) };
  const sandbox = await startOwnSandbox(workspace, url);
  const app = new AppProcess({ name: 'standalone', app: 'standalone', env, dir: workspace.dir });
  try {
    const readyMs = await app.untilReady(`${url}/readyz`, { timeoutMs: READY_TIMEOUT_MS, signal });
    print(`ready after ${seconds(readyMs)}`);
    const plans = planAll(options, workspace);
    const stage = { ...ports, sandbox, url };
    const warmUp = await deliver('warm-up', plans.warmUp, stage);
    const memory = new MemorySamples(url);
    memory.start();
    const { clean, storm } = await deliverByTurns(plans, stage);
    memory.stop();
    const databaseUrl = (await startEmbeddedPostgres({ dataDir: workspace.dataDir })).url;
    const system = { workspace, databaseUrl, env, apiUrl: url };
    const settledMs = await untilSettled(system, { timeoutMs: SETTLE_TIMEOUT_MS, signal });
    print(`at rest ${seconds(settledMs)} after the end of the storm; verifying`);
    const sent = [warmUp, ...clean, ...storm];
    const verified = await verify(
      system,
      sent.map(({ finished }) => finished),
    );
    const [cleanAnswers, stormAnswers] = [answersOf(clean), answersOf(storm)];
    const leaks = await checkLeaks(system, plans.storm.deliveries);
    const measured = [
      checkShares(plans.storm),
      checkLatency(cleanAnswers, stormAnswers, P99_TIMES_MAX),
      memory.check(),
    ];
    const isMeasured = options.webhooks >= MEASURED_WEBHOOKS_MIN;
    return {
      program: 'storm',
      seed: options.seed,
      facts: [
        ...verified.facts,
        ['rate', `${options.ratePerSecond} a second`],
        ['the storm', sharesText(plans.storm)],
        ['by provider', providersText(plans.storm)],
        ['answers of the storm', statusesText(stormAnswers)],
        ['clean traffic', latencyText(cleanAnswers)],
        ['storm', latencyText(stormAnswers)],
        [
          'genuine of the storm',
          latencyText(stormAnswers.filter(({ delivery }) => delivery.isGenuine)),
        ],
        ['memory in thirds of the storm', memory.text()],
        ['from the end of the storm to rest', seconds(settledMs)],
      ],
      checks: [
        ...checkAnswers(answersOf(sent)),
        ...verified.checks,
        ...leaks,
        checkErrors(workspace),
        ...(isMeasured ? measured : []),
        await stopped(app),
      ],
    };
  } finally {
    await app.kill();
    await killPostgres(workspace.dataDir);
    await sandbox.stop();
  }
}

/** In this process: the books are a step ahead of every sending, and the sender's clock sees each answer. */
function startOwnSandbox(
  { accounts, sandbox }: Workspace,
  webhooksUrl: string,
): Promise<RunningSandbox> {
  return startSandbox({
    accounts,
    dataDir: sandbox.dataDir,
    host: '127.0.0.1',
    port: sandbox.port,
    webhooksUrl,
    logger: createLogger({ logging: { level: 'silent', isPretty: false } }),
  });
}

type Plans = {
  readonly warmUp: StormPlan;
  /** Clean traffic and a part of the storm by turns: what else the machine does, it does to both. */
  readonly turns: readonly { readonly cleanPart: StormPlan; readonly stormPart: StormPlan }[];
  readonly storm: StormPlan;
};

function planAll({ webhooks, ratePerSecond, seed }: StormOptions, { accounts }: Workspace): Plans {
  const all = {
    ratePerSecond,
    providers: PLAYED_PROVIDERS,
    accounts: playedAccounts(accounts),
    replaced: personalMembers,
  };
  const rough = planStorm(
    { ...all, ...MIX, count: webhooks, reorderWindow: REORDER_WINDOW },
    SEEDS * seed,
  );
  const storm = { ...rough, deliveries: rough.deliveries.map(withPersonalGarbage) };
  const cleanCount = Math.max(CLEAN_MIN, Math.round((webhooks * CLEAN_PART) / TURNS));
  const clean = (n: number): StormPlan =>
    planStorm({ ...all, ...CLEAN_MIX, count: cleanCount, reorderWindow: 0 }, SEEDS * seed + n);
  const turns = Array.from({ length: TURNS }, (_, turn) => ({
    cleanPart: clean(turn + 2),
    stormPart: partOf(storm, turn),
  }));
  return { warmUp: clean(1), turns, storm };
}

/** What was due in this turn; the first one opens the books for all of them. */
function partOf({ deliveries, objects, orders, seed }: StormPlan, turn: number): StormPlan {
  const length = Math.ceil(deliveries.length / TURNS);
  const part = deliveries.slice(turn * length, (turn + 1) * length);
  const startMs = part[0]?.dueMs ?? 0;
  return {
    seed,
    deliveries: part.map((delivery) => ({ ...delivery, dueMs: delivery.dueMs - startMs })),
    objects: turn === 0 ? objects : [],
    orders: turn === 0 ? orders : [],
  };
}

type Stage = ProgramPorts & { readonly sandbox: RunningSandbox; readonly url: string };

async function deliverByTurns(
  { turns }: Plans,
  stage: Stage,
): Promise<{ readonly clean: readonly Delivered[]; readonly storm: readonly Delivered[] }> {
  const clean: Delivered[] = [];
  const storm: Delivered[] = [];
  for (const [index, { cleanPart, stormPart }] of turns.entries()) {
    const turn = `${index + 1}/${turns.length}`;
    clean.push(await deliver(`clean traffic ${turn}`, cleanPart, stage));
    storm.push(await deliver(`storm ${turn}`, stormPart, stage));
  }
  return { clean, storm };
}

type Delivered = {
  readonly finished: FinishedStorm;
  readonly answers: readonly TimedAnswer[];
};

function answersOf(parts: readonly Delivered[]): readonly TimedAnswer[] {
  return parts.flatMap(({ answers }) => answers);
}

async function deliver(
  name: string,
  plan: StormPlan,
  { sandbox, url, print, signal }: Stage,
): Promise<Delivered> {
  const answers: TimedAnswer[] = [];
  const planned = plan.deliveries.length;
  print(`${name}: ${planned} deliveries`);
  const progress = setInterval(() => {
    const recent = latencyText(answers.slice(-1_000));
    print(`${name}: ${answers.length}/${planned} answered, the last of them ${recent}`);
  }, PROGRESS_MS);
  try {
    const finished = await sendStorm(plan, {
      books: sandbox.books,
      webhooksUrl: url,
      signal,
      onAnswer: (answer) => answers.push(answer),
    });
    signal.throwIfAborted();
    return { finished, answers };
  } finally {
    clearInterval(progress);
  }
}

/** What makes it a storm was really there. */
function checkShares(plan: StormPlan): Check {
  const check = new Check('the storm is as rough as it has to be, of all four providers');
  const found = sharesOf(plan);
  for (const name of ['duplicates', 'forgeries', 'hostile'] as const) {
    const label = `${name}: ${found[name].toFixed(1)} % of at least ${SHARES[name]} %`;
    check.record(found[name] >= SHARES[name] ? null : label);
  }
  for (const provider of PLAYED_PROVIDERS) {
    const isThere = plan.deliveries.some((delivery) => delivery.provider === provider);
    check.record(isThere ? null : `nothing of ${provider}`);
  }
  return check;
}

function sharesOf({ deliveries }: StormPlan) {
  const share = (isIn: (delivery: StormPlan['deliveries'][number]) => boolean): number =>
    (deliveries.filter(isIn).length / deliveries.length) * 100;
  return {
    duplicates: share(({ copy }) => copy > 0),
    forgeries: share(({ forgery }) => forgery !== null),
    hostile: share(({ hostility }) => hostility !== null),
  };
}

function sharesText(plan: StormPlan): string {
  const { duplicates, forgeries, hostile } = sharesOf(plan);
  return (
    `${duplicates.toFixed(1)} % duplicates, ${forgeries.toFixed(1)} % forgeries, ` +
    `${hostile.toFixed(1)} % hostile, reordered within ${REORDER_WINDOW}`
  );
}

function providersText({ deliveries }: StormPlan): string {
  return PLAYED_PROVIDERS.map((provider) => {
    const count = deliveries.filter((delivery) => delivery.provider === provider).length;
    return `${provider} ${count}`;
  }).join(', ');
}

/** It has lived through the storm, and ends in time with nothing left behind. */
async function stopped(app: AppProcess): Promise<Check> {
  const check = new Check('the process lives through it, and SIGTERM stops it cleanly');
  const before = app.exit;
  const exit = await app.stop(STOP_TIMEOUT_MS);
  check.record(before === null && exit === '0' ? null : `ended with ${before ?? exit}`);
  return check;
}
