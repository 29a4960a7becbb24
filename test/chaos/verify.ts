import { setTimeout as sleep } from 'node:timers/promises';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { openKeyRing } from '#events/file-key-ring.js';
import { loadConfig } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import { openDatabase } from '#read-models/database.js';
import { checkLog, checkStorms } from './check-log.js';
import { checkPublicTopics } from './check-public.js';
import { checkRows } from './check-rows.js';
import { Check } from './check.js';
import { runApp } from './processes.js';
import type { FinishedStorm } from './storm-series.js';
import { walkLog } from './walk-log.js';
import type { Workspace } from './workspace.js';

const POLL_MS = 200;
/** A state that lasts, not a gap between two polls. */
const SETTLED_POLLS = 3;
const ANSWER_TIMEOUT_MS = 5_000;
const REBUILD_TIMEOUT_MS = 300_000;

/** Where the run stands while it may still be writing. */
export type SystemUnderTest = {
  readonly workspace: Workspace;
  readonly databaseUrl: string;
  /** What its processes were started with: decides where the log is. */
  readonly env: Readonly<Record<string, string>>;
  readonly apiUrl: string;
};

/**
 * Waits until `/v1/status` tells that everything is folded, sent and confirmed, and answers how long that
 * took. Throws, with the last status, when it does not come to rest in time.
 */
export async function untilSettled(
  { workspace, apiUrl }: SystemUnderTest,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<number> {
  const startedMs = performance.now();
  let last = 'no answer';
  for (let settled = 0; settled < SETTLED_POLLS;) {
    signal.throwIfAborted();
    if (performance.now() - startedMs > timeoutMs) {
      throw new Error(`Not at rest after ${timeoutMs} ms: ${last}`);
    }
    const status = await readStatus(apiUrl, workspace.apiToken);
    last = JSON.stringify(status);
    settled = status !== null && isAtRest(status) ? settled + 1 : 0;
    await sleep(POLL_MS);
  }
  return performance.now() - startedMs;
}

/** Holds everything that the run has left behind against the journals, the log and each other. */
export async function verify(
  { workspace, databaseUrl, env }: SystemUnderTest,
  storms: readonly FinishedStorm[],
): Promise<{ readonly checks: readonly Check[]; readonly facts: readonly [string, string][] }> {
  const config = loadConfig({ ...env });
  const database = openDatabase({
    url: databaseUrl,
    poolMax: 2,
    applicationName: 'chaos-verify',
    onError: () => undefined,
  });
  const logger = createLogger({ logging: { level: 'silent', isPretty: false } });
  const logs = await openEventLogs({ config, databaseUrl, logger });
  try {
    const keyRing = openKeyRing(config.keyRingDir, { create: false });
    const walked = await walkLog(logs.observations, keyRing);
    const checks = [
      ...checkStorms(storms),
      ...checkLog(walked, storms),
      ...(await checkRows(database, walked, storms)),
      ...(await checkPublicTopics(database, logs)),
      await checkRebuild(workspace, env),
    ];
    const sent = storms.reduce((sum, { counts }) => sum + counts.planned, 0);
    const retries = storms.reduce((sum, { counts }) => sum + counts.retries, 0);
    const orders = storms.reduce((sum, { plan }) => sum + plan.orders.length, 0);
    const facts: [string, string][] = [
      ['deliveries', `${sent} of ${orders} orders, in ${storms.length} storms, ${retries} retries`],
      ['log', `${walked.records} records, ${walked.lookups} of them lookups`],
    ];
    return { checks, facts };
  } finally {
    await logs.close();
    await database.end();
  }
}

async function checkRebuild(
  { dir }: Workspace,
  env: Readonly<Record<string, string>>,
): Promise<Check> {
  const check = new Check('cuadre rebuild finds no difference');
  const { exitCode, stdout, stderr } = await runApp({
    app: 'cli',
    args: ['rebuild', '--no-swap', '--json'],
    env,
    dir,
    timeoutMs: REBUILD_TIMEOUT_MS,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const done = JSON.parse(lines.at(-1) ?? '{}') as RebuildLine;
  for (const { table, rows, differences } of done.comparisons ?? []) {
    for (let row = 0; row < rows; row += 1) check.record(null);
    for (const one of differences) check.record(`${table}: ${JSON.stringify(one)}`);
  }
  if (exitCode !== 0) check.record(`exit code ${String(exitCode)}: ${stderr.slice(-500)}`);
  return check;
}

type RebuildLine = {
  readonly comparisons?: readonly {
    readonly table: string;
    readonly rows: number;
    readonly differences: readonly unknown[];
  }[];
};

type Status = {
  readonly lag: number;
  readonly lookupsDue: { readonly count: number };
  readonly outbox: { readonly count: number };
};

function isAtRest({ lag, lookupsDue, outbox }: Status): boolean {
  return lag === 0 && lookupsDue.count === 0 && outbox.count === 0;
}

async function readStatus(apiUrl: string, token: string): Promise<Status | null> {
  try {
    const response = await fetch(`${apiUrl}/v1/status`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return response.status === 200 ? ((await response.json()) as Status) : null;
  } catch {
    // Asked again: what counts is whether it comes to rest in time.
    return null;
  }
}
