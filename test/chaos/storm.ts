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
/** Clean deliveries, for every delivery of the storm. */
const CLEAN_PART = 0.1;
const CLEAN_MIN = 200;
/** Of the clean deliveries, what comes while code is still being compiled. */
const WARM_UP_PART = 0.2;
const P99_TIMES_MAX = 2;
/** A shorter storm says nothing about memory and the slowest hundredth of the answers. */
const MEASURED_WEBHOOKS_MIN = 10_000;

/**
 * Clean traffic of all four providers, then a storm of it: duplicated, out of order, forged, hostile, with
 * personal data in every body. What it leaves behind is held against a pure fold; how it is answered,
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
    const plans = planBoth(options, workspace);
    const stage = { ...ports, sandbox, url };
    const clean = await deliver('clean traffic', plans.clean, stage);
    const memory = new MemorySamples(url);
    memory.start();
    const storm = await deliver('storm', plans.storm, stage);
    memory.stop();
    const databaseUrl = (await startEmbeddedPostgres({ dataDir: workspace.dataDir })).url;
    const system = { workspace, databaseUrl, env, apiUrl: url };
    const settledMs = await untilSettled(system, { timeoutMs: SETTLE_TIMEOUT_MS, signal });
    print(`at rest ${seconds(settledMs)} after the end of the storm; verifying`);
    const verified = await verify(system, [clean.finished, storm.finished]);
    const leaks = await checkLeaks(system, plans.storm.deliveries);
    const measured = [
      checkShares(plans.storm),
      checkLatency(clean.answers, storm.answers, P99_TIMES_MAX),
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
        ['answers of the storm', statusesText(storm.answers)],
        ['clean traffic', latencyText(clean.answers)],
        ['storm', latencyText(storm.answers)],
        [
          'genuine of the storm',
          latencyText(storm.answers.filter(({ delivery }) => delivery.isGenuine)),
        ],
        ['memory in thirds of the storm', memory.text()],
        ['from the end of the storm to rest', seconds(settledMs)],
      ],
      checks: [
        ...checkAnswers([...clean.answers, ...storm.answers]),
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

function planBoth(
  { webhooks, ratePerSecond, seed }: StormOptions,
  { accounts }: Workspace,
): { readonly clean: StormPlan; readonly storm: StormPlan } {
  const both = {
    ratePerSecond,
    providers: PLAYED_PROVIDERS,
    accounts: playedAccounts(accounts),
    replaced: personalMembers,
  };
  const cleanCount = Math.max(CLEAN_MIN, Math.round(webhooks * CLEAN_PART));
  const storm = planStorm(
    { ...both, ...MIX, count: webhooks, reorderWindow: REORDER_WINDOW },
    2 * seed,
  );
  return {
    clean: planStorm({ ...both, ...CLEAN_MIX, count: cleanCount, reorderWindow: 0 }, 2 * seed + 1),
    storm: { ...storm, deliveries: storm.deliveries.map(withPersonalGarbage) },
  };
}

type Stage = ProgramPorts & { readonly sandbox: RunningSandbox; readonly url: string };

/** Of clean traffic, the answers after the warm-up. */
async function deliver(
  name: 'clean traffic' | 'storm',
  plan: StormPlan,
  { sandbox, url, print, signal }: Stage,
): Promise<{ readonly finished: FinishedStorm; readonly answers: readonly TimedAnswer[] }> {
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
    const isWarm = name === 'storm';
    const first = isWarm ? 0 : Math.floor(answers.length * WARM_UP_PART);
    return { finished, answers: answers.slice(first) };
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
