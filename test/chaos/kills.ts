import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  postgresPids,
  startEmbeddedPostgres,
} from '#read-models/embedded-postgres/embedded-postgres.js';
import { SeededRandom } from '../../apps/sandbox/plan/seeded-random.js';
import { Check } from './check.js';
import { killPostgres } from './kill-postgres.js';
import { AppProcess, serverPort } from './processes.js';
import { durationsText, seconds, type ChaosReport } from './report.js';
import { StormSeries } from './storm-series.js';
import { untilSettled, verify } from './verify.js';
import { startSandboxProcess, type ProgramPorts, type Workspace } from './workspace.js';

const READY_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 15_000;
/** A kill comes up to this long after its moment: answers are counted four times a second only. */
const JITTER_MS_MAX = 300;
/** One kill in this many hits a process that is still starting. */
const EARLY_PERCENT = 15;
const EARLY_MS_MIN = 150;
const EARLY_MS_MAX = 1_200;
/** Kills come before this part of the storm is answered. */
const SPREAD_PART = 0.95;

export type KillsOptions = {
  readonly webhooks: number;
  readonly ratePerSecond: number;
  /** Kills of the node process alone, and kills of it with every PostgreSQL process. */
  readonly nodeKills: number;
  readonly postgresKills: number;
  readonly seed: number;
};

/**
 * A storm against standalone, which is killed with SIGKILL at random moments: the node process alone,
 * whose database the next start adopts, or with every process of its database.
 */
export async function runKills(
  options: KillsOptions,
  { workspace, print, signal }: ProgramPorts,
): Promise<ChaosReport> {
  const port = await serverPort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...workspace.env, PORT: String(port), GRPC_PORT: String(await serverPort()) };
  const sandbox = await startSandboxProcess(workspace, { webhooksUrl: url, signal });
  const target = new Target({ workspace, env, url, signal });
  try {
    const firstMs = await target.start();
    print(`ready for the first time after ${seconds(firstMs)}`);
    const series = new StormSeries(workspace, options, signal);
    series.start();
    const startsMs = await killAll(options, { target, series, print });
    print('the last kill is over; waiting for the end of the storm');
    const storms = await series.end();
    const databaseUrl = (await startEmbeddedPostgres({ dataDir: workspace.dataDir })).url;
    const system = { workspace, databaseUrl, env, apiUrl: url };
    const settledMs = await untilSettled(system, { timeoutMs: SETTLE_TIMEOUT_MS, signal });
    print(`at rest ${seconds(settledMs)} after the end of the storm; verifying`);
    const { checks, facts } = await verify(system, storms);
    const stopped = await target.stop();
    return {
      program: 'kills',
      seed: options.seed,
      facts: [
        ...facts,
        ['kills', `${options.nodeKills} of node, ${options.postgresKills} of node and PostgreSQL`],
        ['from start to ready', durationsText(startsMs)],
        ['from the end of the storm to rest', seconds(settledMs)],
      ],
      checks: [...checks, target.adopted, stopped],
    };
  } finally {
    await target.killEverything();
    await sandbox.stop(STOP_TIMEOUT_MS);
  }
}

type KillPlan = {
  readonly isWithPostgres: boolean;
  /** After this many answers of the storm, and some since the last start. */
  readonly atAnswers: number;
  readonly jitterMs: number;
  /** For a kill that hits the process while it starts: this long after its start, whatever is answered. */
  readonly earlyMs: number | null;
};

async function killAll(
  options: KillsOptions,
  { target, series, print }: { target: Target; series: StormSeries; print: (text: string) => void },
): Promise<readonly number[]> {
  const plan = planKills(options);
  const startsMs: number[] = [];
  for (const [index, kill] of plan.entries()) {
    if (kill.earlyMs === null) {
      await series.untilAnswered(Math.max(kill.atAnswers, series.answered + 1));
      await sleep(kill.jitterMs);
    }
    const { answered } = series;
    await target.kill(kill);
    const label =
      `kill ${String(index + 1).padStart(2)}/${plan.length} after ${answered} answers: ` +
      (kill.isWithPostgres ? 'node and PostgreSQL' : 'node');
    const nextEarlyMs = plan[index + 1]?.earlyMs ?? null;
    if (nextEarlyMs === null) {
      const readyMs = await target.start();
      startsMs.push(readyMs);
      print(`${label}; ready ${seconds(readyMs)} after its start`);
    } else {
      await target.startAndLeave(nextEarlyMs);
      print(`${label}; the next one comes while it starts`);
    }
  }
  return startsMs;
}

function planKills(options: KillsOptions): readonly KillPlan[] {
  const { webhooks, nodeKills, postgresKills, seed } = options;
  const random = new SeededRandom(seed, 1);
  const kinds = random.shuffled([
    ...Array.from({ length: nodeKills }, () => false),
    ...Array.from({ length: postgresKills }, () => true),
  ]);
  const moments = kinds
    .map(() => random.integer(1, Math.ceil(webhooks * SPREAD_PART)))
    .sort((a, b) => a - b);
  return kinds.map((isWithPostgres, index) => {
    // The first kill has no start before it that could be hit.
    const isEarly = random.isHit(EARLY_PERCENT) && index > 0;
    const earlyMs = random.integer(EARLY_MS_MIN, EARLY_MS_MAX);
    return {
      isWithPostgres,
      atAnswers: moments[index] ?? 0,
      jitterMs: random.integer(0, JITTER_MS_MAX),
      earlyMs: isEarly ? earlyMs : null,
    };
  });
}

/** Standalone on one data folder, started again and again. */
class Target {
  readonly adopted = new Check('a database that outlived its node process is adopted');
  #app: AppProcess | null = null;
  /** The database server that the next start has to adopt; null where it was killed too. */
  #survivor: number | null = null;

  constructor(
    private readonly setup: {
      readonly workspace: Workspace;
      readonly env: Readonly<Record<string, string>>;
      readonly url: string;
      readonly signal: AbortSignal;
    },
  ) {}

  /** Milliseconds until it was ready. */
  async start(): Promise<number> {
    const { workspace, url, signal } = this.setup;
    const app = this.#launch();
    const readyMs = await app.untilReady(`${url}/readyz`, { timeoutMs: READY_TIMEOUT_MS, signal });
    if (this.#survivor !== null) {
      const pid = postmasterPid(workspace.dataDir);
      this.adopted.record(pid === this.#survivor ? null : `${pid} instead of ${this.#survivor}`);
    }
    return readyMs;
  }

  /** Starts it and comes back before it can be ready. */
  async startAndLeave(afterMs: number): Promise<void> {
    this.#launch();
    await sleep(afterMs);
  }

  async kill({ isWithPostgres }: { readonly isWithPostgres: boolean }): Promise<void> {
    const { dataDir } = this.setup.workspace;
    await this.#app?.kill();
    if (isWithPostgres) await killPostgres(dataDir);
    const pids = await postgresPids(dataDir);
    const pid = postmasterPid(dataDir);
    this.#survivor = pid !== null && pids.includes(pid) ? pid : null;
  }

  /** A clean stop is part of what is promised: in time, with code 0, no database left behind. */
  async stop(): Promise<Check> {
    const check = new Check('SIGTERM stops it cleanly, with its database');
    const startedMs = performance.now();
    const exit = await this.#app?.stop(STOP_TIMEOUT_MS);
    const took = seconds(performance.now() - startedMs);
    check.record(exit === '0' ? null : `ended with ${exit ?? 'nothing'} after ${took}`);
    const left = await postgresPids(this.setup.workspace.dataDir);
    check.record(left.length === 0 ? null : `PostgreSQL processes left: ${left.join(' ')}`);
    return check;
  }

  async killEverything(): Promise<void> {
    await this.#app?.kill();
    await killPostgres(this.setup.workspace.dataDir);
  }

  #launch(): AppProcess {
    const { workspace, env } = this.setup;
    const app = new AppProcess({ name: 'standalone', app: 'standalone', env, dir: workspace.dir });
    this.#app = app;
    return app;
  }
}

function postmasterPid(dataDir: string): number | null {
  try {
    const text = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    return Number(text.split('\n')[0]);
  } catch {
    // No server has started, or it has stopped cleanly.
    return null;
  }
}
