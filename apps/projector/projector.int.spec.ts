import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '#platform/config.js';
import { HealthRegistry } from '#platform/health.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { FOLD_VERSION } from '#projection/fold-version.js';
import { ProjectionBench } from '../../test/harness/projection-bench.js';
import { startProjector } from './projector.js';

let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('a projector that does not know a rule that is in force', () => {
  it('says so as an error, is not ready, and is again when the rule is known', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'cuadre-projector-'));
    const log = await bench.logOf([]);
    const lines: string[] = [];
    const stream = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const health = new HealthRegistry();
    const projector = await startProjector({
      database: bench.database,
      observations: log,
      logger: createLogger(loadConfig({}), { service: 'spec', stream }),
      metrics: new Metrics(),
      health,
      batchRecordsMax: 100,
      ledger: {
        headsFile: join(dir, 'heads.jsonl'),
        keyDir: join(dir, 'keys'),
        signEveryMs: 3_600_000,
      },
    });
    const readiness = async (): Promise<string> => (await health.check('readiness')).status;
    try {
      expect(await readiness()).toBe('ok');
      await bench.database.query(
        `insert into ops.dated_entries (version, list, name, effective_from, digest)
         values ($1, 'posting-rule', 'newer', '2026-01-01', 'abc')`,
        [FOLD_VERSION],
      );
      await log.append([bench.mintcashEvent('p1', 'succeeded')]);
      await expect.poll(readiness, { timeout: 10_000 }).toBe('failing');
      const told = lines.find((line) => line.includes('DatedEntryRefused')) ?? '';
      expect(JSON.parse(told)).toMatchObject({ level: 'error' });
      expect(lines.join('')).not.toContain('tries again');
      await bench.database.query(`delete from ops.dated_entries where name = 'newer'`);
      await expect.poll(readiness, { timeout: 10_000 }).toBe('ok');
    } finally {
      await projector.stop();
      await log.close();
      await rm(dir, { recursive: true });
    }
  });
});
