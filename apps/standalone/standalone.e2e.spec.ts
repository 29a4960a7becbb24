import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import { PLAYED_PROVIDERS } from '../sandbox/plan/scenario.js';
import { planStorm, type StormPlan } from '../sandbox/plan/storm.js';
import { StartedParts } from './started-parts.js';
import { startStandalone, type Standalone } from './start-standalone.js';

const SETTLE_MS = 30_000;

let dataDir: string;
let parts: StartedParts;
let standalone: Standalone;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-e2e-'));
  await start();
});

afterAll(async () => {
  await parts.stopAll(() => undefined);
  await rm(dataDir, { recursive: true });
});

describe('every role in one process', () => {
  it('brings every order of a hostile storm to the state that the providers’ books have', async () => {
    const plan = storm(21);
    const summary = await send(plan);
    expect(summary.counts).toMatchObject({ givenUp: 0, forgeriesAccepted: 0 });
    await expectExpected(plan);
  });

  it('changes nothing when the same storm comes again', async () => {
    const plan = storm(21);
    const before = await orders(plan);
    await send(plan);
    await expectExpected(plan);
    const versionless = (list: readonly OrderRow[]) =>
      list.map(({ orderId, status, paid }) => ({ orderId, status, paid }));
    expect(versionless(await orders(plan))).toEqual(versionless(before));
  });

  it('finds its data, its token and its books again after a stop', async () => {
    const plan = storm(22);
    await send(plan);
    const { token } = standalone;
    await parts.stopAll((name, error) => {
      throw new Error(`${name} did not stop.`, { cause: error });
    });
    await start();
    expect(standalone.token).toBe(token);
    await expectExpected(storm(21));
    await expectExpected(plan);
  });

  it('refuses a second copy on the same data folder, which goes on undisturbed', async () => {
    const others = new StartedParts();
    const second = startStandalone(configOf(), { logger: silent(), parts: others });
    await expect(second).rejects.toThrow(/DATA_DIR/);
    await others.stopAll(() => undefined);
    await expectExpected(storm(22));
  });
});

async function start(): Promise<void> {
  parts = new StartedParts();
  standalone = await startStandalone(configOf(), { logger: silent(), parts });
}

function configOf() {
  const ports = { PORT: '0', GRPC_PORT: '0', SANDBOX_PORT: '0' };
  return loadConfig({ DATA_DIR: dataDir, HOST: '127.0.0.1', ...ports });
}

function silent() {
  return createLogger({ logging: { level: 'silent', isPretty: false } });
}

function storm(seed: number): StormPlan {
  return planStorm(
    {
      count: 200,
      ratePerSecond: 200,
      duplicatesPercent: 30,
      forgeriesPercent: 20,
      hostilePercent: 10,
      reorderWindow: 15,
      providers: PLAYED_PROVIDERS,
      accounts: standalone.sandbox?.accounts.played ?? {},
    },
    seed,
  );
}

async function send(plan: StormPlan) {
  const { sandbox } = standalone;
  if (sandbox === null) throw new Error('No sandbox.');
  return sandbox.runner.run(plan, {
    signal: new AbortController().signal,
    hasAnswers: false,
    journal: null,
    retries: { kind: 'persistent' },
    onReport: () => {},
  });
}

async function expectExpected({ orders: expected }: StormPlan): Promise<void> {
  const wanted = expected
    .map(({ orderId, status }) => ({ orderId, status, assurance: 'confirmed', reported: null }))
    .sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
  const deadlineMs = performance.now() + SETTLE_MS;
  let found: unknown;
  do {
    found = (await orders({ orders: expected })).map(
      ({ orderId, status, assurance, reported }) => ({ orderId, status, assurance, reported }),
    );
    if (JSON.stringify(found) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < deadlineMs);
  expect(found).toEqual(wanted);
}

type OrderRow = {
  readonly orderId: string;
  readonly status: string;
  readonly assurance: string;
  readonly reported: string | null;
  readonly paid: readonly unknown[];
};

/** Through the API, as its callers see them. */
async function orders({
  orders: expected,
}: Pick<StormPlan, 'orders'>): Promise<readonly OrderRow[]> {
  const found = await Promise.all(
    expected.map(async ({ orderId }) => {
      const response = await fetch(`http://127.0.0.1:${standalone.port}/v1/orders/${orderId}`, {
        headers: { authorization: `Bearer ${standalone.token}` },
      });
      return response.status === 200 ? ((await response.json()) as OrderRow) : null;
    }),
  );
  return found.filter((order) => order !== null).sort((a, b) => (a.orderId < b.orderId ? -1 : 1));
}
