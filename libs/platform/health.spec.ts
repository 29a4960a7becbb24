import { expect, it } from 'vitest';
import { HealthRegistry } from './health.js';

it('is failing when one readiness check fails, and says which without its error text', async () => {
  const failures: string[] = [];
  const health = new HealthRegistry({ onFailure: (name) => void failures.push(name) });
  health.register('process', 'liveness', () => {});
  health.register('log', 'readiness', () => '12 partitions');
  health.register('database', 'readiness', () => {
    throw new Error('connect ECONNREFUSED db.internal:5432');
  });
  const report = await health.check('readiness');
  expect(report.status).toBe('failing');
  expect(report.checks['log']).toMatchObject({ status: 'ok', detail: '12 partitions' });
  expect(report.checks['database']).toMatchObject({ status: 'failing' });
  expect(JSON.stringify(report)).not.toContain('db.internal');
  expect(failures).toEqual(['database']);
  expect(await health.check('liveness')).toMatchObject({ status: 'ok' });
});

it('does not wait for a check that hangs', async () => {
  const health = new HealthRegistry({ timeoutMs: 30 });
  health.register('hangs', 'readiness', () => new Promise<void>(() => {}));
  const startedMs = performance.now();
  const report = await health.check('readiness');
  expect(report.checks['hangs']).toMatchObject({
    status: 'failing',
    detail: 'No answer in 30 ms.',
  });
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

it('refuses a second check of the same name', () => {
  const health = new HealthRegistry();
  health.register('database', 'readiness', () => {});
  expect(() => health.register('database', 'liveness', () => {})).toThrow('registered twice');
});
