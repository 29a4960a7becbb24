import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '#events/uuid.js';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { openDatabase, type Database } from '../database.js';
import { migrate } from '../migrate.js';
import { RefusedDeliveries, type RefusedDelivery } from './refused-deliveries.js';

describe('refused deliveries', () => {
  let spec: SpecDatabase;
  let database: Database;

  beforeAll(async () => {
    spec = await createDatabase();
    await migrate(spec.url);
    database = openDatabase({
      url: spec.url,
      poolMax: 2,
      applicationName: 'spec',
      onError: () => {},
    });
  });

  beforeEach(() => database.query('truncate ops.refused_deliveries'));

  afterAll(async () => {
    await database.end();
    await spec.drop();
  });

  function refused(changes: Partial<RefusedDelivery> = {}): RefusedDelivery {
    return {
      id: uuidV7(),
      source: 'mint',
      reason: 'signature-mismatch',
      bodyDigest: null,
      bodyBytes: 12,
      requestId: uuidV7(),
      refusedAtMs: Date.now(),
      ...changes,
    };
  }

  async function kept(): Promise<readonly Record<string, unknown>[]> {
    const { rows } = await database.query<Record<string, unknown>>(
      'select * from ops.refused_deliveries order by refused_at desc',
    );
    return rows;
  }

  it('are written behind the answer, the last of them at the close', async () => {
    const refusedDeliveries = new RefusedDeliveries(database, { onError: () => {} });
    const one = refused({ bodyDigest: 'digest-1:00', refusedAtMs: 1_795_000_000_123 });
    refusedDeliveries.record({ ...one, refusedAtMs: Date.now() });
    refusedDeliveries.record(refused());
    await refusedDeliveries.close();
    expect(await kept()).toHaveLength(2);
    expect(await kept()).toContainEqual(
      expect.objectContaining({ id: one.id, body_digest: 'digest-1:00', body_bytes: 12 }),
    );
  });

  it('are bounded in number and age', async () => {
    const nowMs = Date.now();
    const refusedDeliveries = new RefusedDeliveries(database, {
      onError: () => {},
      rowsMax: 10,
      keptMs: 60_000,
    });
    refusedDeliveries.record(refused({ refusedAtMs: nowMs - 61_000 }));
    for (let n = 0; n < 30; n += 1) refusedDeliveries.record(refused({ refusedAtMs: nowMs - n }));
    await refusedDeliveries.close();
    expect((await kept()).length).toBeLessThanOrEqual(11);
  });

  it('are dropped, not waited for, when the database is behind', async () => {
    const errors: unknown[] = [];
    const broken = openDatabase({
      url: spec.url.replace(/spec_[0-9a-f]+/, 'no_such_database'),
      poolMax: 1,
      applicationName: 'spec',
      onError: () => {},
    });
    const refusedDeliveries = new RefusedDeliveries(broken, {
      onError: (error) => errors.push(error),
      queueMax: 3,
    });
    for (let n = 0; n < 10; n += 1) refusedDeliveries.record(refused());
    expect(refusedDeliveries.dropped).toBe(7);
    await refusedDeliveries.close();
    expect(refusedDeliveries.dropped).toBe(10);
    expect(errors).toHaveLength(1);
    await broken.end();
  });
});
