import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { openDatabase, type Database } from '../database.js';
import { createFoldSchemaSql, pointViewsSql } from '../fold/fold-schema.js';
import { migrate } from '../migrate.js';
import { IdLookup } from './id-lookup.js';
import { ReadModels } from './read-models.js';

const UUID = '0199a0b0-0000-7000-8000-000000000001';

let specDatabase: SpecDatabase;
let database: Database;
let readModels: ReadModels;

beforeAll(async () => {
  specDatabase = await createDatabase();
  await migrate(specDatabase.url);
  database = openDatabase({
    url: specDatabase.url,
    poolMax: 2,
    applicationName: 'id-lookup-spec',
    onError: () => {},
  });
  await database.query(createFoldSchemaSql('fold_1_1'));
  await database.query(pointViewsSql('fold_1_1'));
  readModels = await ReadModels.open(specDatabase.url);
});

afterAll(async () => {
  await readModels.close();
  await database.end();
  await specDatabase.drop();
});

describe('a lookup', () => {
  it('cannot write: the session is read-only', async () => {
    await expect(
      readModels.repository('OrderEntity').query('delete from fold_1_1.orders'),
    ).rejects.toThrow(/read-only transaction/);
  });

  it('reads no table from end to end, however many rows there are', async () => {
    await database.query(`
      insert into fold_1_1.deliveries
      select 0, n, gen_random_uuid(), 'webhook', 'a', 'cobru', 'r', 's', gen_random_uuid(), null,
        null, case when n % 2 = 0 then 'evt-' || n end, array['ref-' || n], 'applied', null,
        'signed', 'hmac', null, null, 'request-' || n, array['trace-' || n], null, 'd', null,
        now(), now()
      from generate_series(1, 20000) n`);
    await database.query(`
      insert into fold_1_1.payments
      select gen_random_uuid(), 'a', 'cobru', 'pay-' || n, 's' || n, 'ORD-' || n, null, null, null,
        null, null, null, null, null, null, null, null, '{}', null, now(), now(), 1, null, null, 1,
        '{}'
      from generate_series(1, 20000) n`);
    await database.query('analyze fold_1_1.deliveries, fold_1_1.payments');
    const lookup = new IdLookup(readModels);
    const sequential = () =>
      database.query<{ relname: string; seq_tup_read: string }>(
        `select relname, seq_tup_read from pg_stat_user_tables
         where schemaname = 'fold_1_1' and relname in ('deliveries', 'payments') order by relname`,
      );
    const sessions = async () => {
      const { rows } = await database.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where datname = current_database() and application_name = 'cuadre-queries'`,
      );
      return rows[0]?.count;
    };
    const before = await sequential();

    for (const id of ['trace-777', 'ref-777', 'request-777', 'evt-778', 'pay-777', 'none', UUID]) {
      const found = await lookup.find(id);
      expect(found.length).toBe(id === 'none' || id === UUID ? 0 : 1);
    }
    // A session's statistics are all there once it has left.
    await readModels.close();
    await expect.poll(sessions).toBe(0);
    expect((await sequential()).rows).toEqual(before.rows);
    readModels = await ReadModels.open(specDatabase.url);
  });
});
