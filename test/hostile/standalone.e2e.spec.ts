import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import { startStandalone, type Standalone } from '../../apps/standalone/start-standalone.js';
import { StartedParts } from '../../apps/standalone/started-parts.js';
import {
  EDGE_BODY_LIMIT_BYTES,
  EDGE_ENTRIES,
  genuineBody,
  postGenuine,
  type Neighbour,
} from './hostile-edge.js';
import { exchange } from './raw-http.js';
import { REQUEST_GROUPS } from './requests/request-groups.js';

/** An append is a transaction here, and two cores are shared by every part. */
const NEIGHBOUR_MS = 2_000;
const FOLDED_MS = 20_000;

let dataDir: string;
let parts: StartedParts;
let standalone: Standalone;
const neighbours: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cuadre-hostile-'));
  const accounts = join(dataDir, 'accounts-of-spec.json');
  await writeFile(accounts, JSON.stringify({ accounts: EDGE_ENTRIES }));
  parts = new StartedParts();
  const config = loadConfig({
    DATA_DIR: join(dataDir, 'data'),
    ACCOUNTS_FILE: accounts,
    BODY_LIMIT_BYTES: String(EDGE_BODY_LIMIT_BYTES),
    HOST: '127.0.0.1',
    PORT: '0',
    GRPC_PORT: '0',
    SANDBOX: 'off',
    DEMO: 'off',
    LOOKUPS: 'off',
  });
  const logger = createLogger({ logging: { level: 'silent', isPretty: false } });
  standalone = await startStandalone(config, { logger, parts });
});

afterAll(async () => {
  await parts.stopAll(() => undefined);
  await rm(dataDir, { recursive: true });
});

describe('every role in one process, on a real log', () => {
  it.each(REQUEST_GROUPS)(
    'answers %s that is meant to harm clearly, and its neighbours within time',
    async (_kind, requests) => {
      const found: unknown[] = [];
      for (const { name, parts: sent, answers, isBodiless = false } of requests) {
        const eventId = `neighbour-${neighbours.length}`;
        neighbours.push(eventId);
        const [hostile, neighbour] = await Promise.all([
          exchange(standalone.port, sent, { answersMax: answers.length, isBodiless }),
          postGenuine(standalone.port, eventId),
        ]);
        const statuses = hostile.answers.map(({ status }) => status);
        const isClear = answers.every((allowed, n) => allowed.includes(statuses[n] ?? 0));
        if (!isClear) found.push({ name, statuses });
        for (const { status, headers } of hostile.answers) {
          const type = headers.get('content-type') ?? '';
          if (status >= 400 && !type.includes('problem+json')) found.push({ name, status, type });
        }
        if (!isGood(neighbour)) found.push({ name, neighbour });
      }
      expect(found).toEqual([]);
    },
  );

  it('folds every neighbour, and parks nothing', async () => {
    const deadlineMs = performance.now() + FOLDED_MS;
    let missing = [...neighbours];
    while (missing.length > 0 && performance.now() < deadlineMs) {
      const { rows } = await standalone.database.query<{ order_id: string }>(
        `select order_id from cuadre.orders where status = 'paid' and order_id = any($1)`,
        [missing.map((eventId) => orderOf(eventId))],
      );
      const folded = new Set(rows.map(({ order_id }) => order_id));
      missing = missing.filter((eventId) => !folded.has(orderOf(eventId)));
      if (missing.length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(missing).toEqual([]);
    const parked = await standalone.database.query('select * from cuadre.parked_subjects');
    expect(parked.rows).toEqual([]);
  });
});

function isGood({ status, tookMs }: Neighbour): boolean {
  return status === 200 && tookMs < NEIGHBOUR_MS;
}

function orderOf(eventId: string): string {
  const { data } = JSON.parse(genuineBody(eventId)) as { readonly data: { externalId: string } };
  return data.externalId;
}
