import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '#events/uuid.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { createFoldSchemaSql, pointViewsSql } from '#read-models/fold/fold-schema.js';
import { migrate } from '#read-models/migrate.js';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { LookupLeases } from './lookup-leases.js';

const ACCOUNT = 'tonder';
const OWNER = 'spec';

let spec: SpecDatabase;
let database: Database;
let leases: LookupLeases;
let claims = 0;

beforeAll(async () => {
  spec = await createDatabase();
  await migrate(spec.url);
  database = openDatabase({
    url: spec.url,
    poolMax: 4,
    applicationName: 'spec',
    onError: () => {},
  });
  await database.query(`${createFoldSchemaSql('fold_3_1')};${pointViewsSql('fold_3_1')}`);
});

afterAll(async () => {
  await database.end();
  await spec.drop();
});

beforeEach(async () => {
  await database.query('truncate fold_3_1.work_queue, ops.lookup_attempts');
  leases = new LookupLeases(database);
  claims = 0;
});

/** Each claim is a second newer than the one before. */
async function claim(name: string, isKnown = false): Promise<void> {
  claims += 1;
  await database.query(
    `insert into fold_3_1.work_queue values ($1, 'lookup', '${ACCOUNT}', 'tonder', $2, 4, 7, $3,
       timestamptz '2026-11-22T10:00:00Z' + $4 * interval '1 second')`,
    [subjectOf(name), uuidV7(), isKnown, claims],
  );
}

async function forge(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await claim(`forged-${claims}`);
}

const subjectOf = (name: string): string => `${ACCOUNT}/transaction/${name}`;

/** Takes, and fails all of it with no back-off: as if every pause were over by the next take. */
async function takeAndFail(limit: number): Promise<readonly string[]> {
  const taken = await leases.take(ACCOUNT, { limit, owner: OWNER });
  for (const lease of taken) {
    await leases.failed(lease, { reason: 'HTTP 400', retryAfterMs: null, backoffMsMax: 0 });
  }
  return taken.map(({ subject }) => subject);
}

/** How many takes it took, or `max` in vain. */
async function takesUntil(
  name: string,
  { limit, max, meanwhile }: { limit: number; max: number; meanwhile?: () => Promise<void> },
): Promise<number> {
  for (let count = 1; count <= max; count += 1) {
    await meanwhile?.();
    if ((await takeAndFail(limit)).includes(subjectOf(name))) return count;
  }
  return Infinity;
}

describe('leases of lookups', () => {
  it('reach a genuine claim behind forged ones that are never answered', async () => {
    await forge(60);
    await claim('genuine');
    expect(await takesUntil('genuine', { limit: 5, max: 40 })).toBeLessThanOrEqual(4);
  });

  it('reach it one at a time, too, and again after it failed', async () => {
    await forge(12);
    await claim('genuine');
    await forge(12);
    for (let again = 0; again < 3; again += 1) {
      expect(await takesUntil('genuine', { limit: 1, max: 60 })).toBeLessThan(Infinity);
    }
  });

  it('go on reaching a claim that failed while forged ones keep coming', async () => {
    await forge(20);
    await claim('genuine');
    const flood = { limit: 5, max: 40, meanwhile: () => forge(10) };
    expect(await takesUntil('genuine', { limit: 5, max: 4 })).toBeLessThan(Infinity);
    expect(await takesUntil('genuine', flood)).toBeLessThan(Infinity);
    expect(await takesUntil('genuine', flood)).toBeLessThan(Infinity);
  });

  it('have a turn for what has just come, however much is older and was never tried', async () => {
    await forge(200);
    await claim('genuine');
    expect(await takesUntil('genuine', { limit: 5, max: 1 })).toBe(1);
  });

  it('go first to what belongs to an order, and there to what failed least', async () => {
    await forge(5);
    await claim('known-1', true);
    await claim('known-2', true);
    await forge(5);
    expect(await takeAndFail(1)).toEqual([subjectOf('known-1')]);
    expect(await takeAndFail(1)).toEqual([subjectOf('known-2')]);
    expect(await takeAndFail(2)).toEqual([subjectOf('known-1'), subjectOf('known-2')]);
    expect(await takeAndFail(4)).toHaveLength(4);
  });

  it('never exceed the limit, and give each subject once', async () => {
    await forge(9);
    const first = await leases.take(ACCOUNT, { limit: 4, owner: OWNER });
    const second = await leases.take(ACCOUNT, { limit: 4, owner: OWNER });
    const third = await leases.take(ACCOUNT, { limit: 4, owner: OWNER });
    expect([first.length, second.length, third.length]).toEqual([4, 4, 1]);
    const subjects = [...first, ...second, ...third].map(({ subject }) => subject);
    expect(new Set(subjects).size).toBe(9);
  });

  it('keep no row of what is long settled, and every row of what waits', async () => {
    await forge(2);
    await takeAndFail(2);
    await database.query(
      `update ops.lookup_attempts set updated_at = now() - interval '2 minutes'`,
    );
    await database.query(`delete from fold_3_1.work_queue where subject = $1`, [
      subjectOf('forged-0'),
    ]);
    await leases.prune();
    const { rows } = await database.query<{ subject: string }>(
      'select subject from ops.lookup_attempts',
    );
    expect(rows).toEqual([{ subject: subjectOf('forged-1') }]);
  });
});
