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
  await database.query(createFoldSchemaSql('fold_3_1'));
  await database.query(pointViewsSql('fold_3_1'));
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
      readModels.repository('OrderEntity').query('delete from fold_3_1.orders'),
    ).rejects.toThrow(/read-only transaction/);
  });

  it('reads no table from end to end, however many rows there are', async () => {
    await fill();
    const lookup = new IdLookup(readModels);
    const sequential = () =>
      database.query<{ relname: string; seq_tup_read: string }>(
        `select relname, seq_tup_read from pg_stat_user_tables
         where schemaname = 'fold_3_1' and relname = any($1) order by relname`,
        [FILLED],
      );
    const sessions = async () => {
      const { rows } = await database.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where datname = current_database() and application_name = 'cuadre-queries'`,
      );
      return rows[0]?.count;
    };
    const before = await sequential();

    for (const name of [
      'trace',
      'ref',
      'request',
      'evt',
      'pay',
      'ours',
      're',
      'sub',
      'cus',
      'batch',
    ]) {
      expect([name, (await lookup.find(`${name}-778`)).length]).toEqual([name, 1]);
    }
    for (const id of ['none', UUID]) expect(await lookup.find(id)).toEqual([]);
    // A session's statistics are all there once it has left.
    await readModels.close();
    await expect.poll(sessions).toBe(0);
    expect((await sequential()).rows).toEqual(before.rows);
    readModels = await ReadModels.open(specDatabase.url);
  });
});

const FILLED = ['customers', 'deliveries', 'payments', 'refunds', 'subscriptions'];

/** As many rows of each that a scan of the whole is never the cheaper way. */
async function fill(): Promise<void> {
  const schema = 'fold_3_1';
  const rows = 'from generate_series(1, 20000) n';
  await database.query(`
    insert into ${schema}.deliveries (partition, position, observation_id, kind, account, provider,
      route, subject, subject_id, provider_event_id, provider_references, outcome, trust,
      verification_mode, request_id, provider_trace_ids, body_digest, received_at, recorded_at)
    select 0, n, gen_random_uuid(), 'webhook', 'a', 'cobru', 'r', 's', gen_random_uuid(),
      case when n % 2 = 0 then 'evt-' || n end, array['ref-' || n], 'applied', 'signed', 'hmac',
      'request-' || n, array['trace-' || n], 'd', now(), now() ${rows}`);
  await database.query(`
    insert into ${schema}.payments (payment_id, kind, account, provider, reference, subject, order_id,
      client_reference, settlement_id, settlement_batch, settlement_status, flags, first_recorded_at, recorded_at, version,
      own_version, last_position, state)
    select gen_random_uuid(), 'withdrawal', 'a', 'cobru', 'pay-' || n, 's' || n, null, 'ours-' || n,
      gen_random_uuid(), 'batch-' || n, 'reported', '{}', now(), now(), 1, 1, 1, '{}' ${rows}`);
  await database.query(`
    insert into ${schema}.refunds (refund_id, payment_id, reference, status, recorded_at)
    select gen_random_uuid(), gen_random_uuid(), 're-' || n, 'pending', now() ${rows}`);
  await database.query(`
    insert into ${schema}.subscriptions (subscription_id, account, provider, reference, status, rank,
      told_at, fact_id, recorded_at)
    select gen_random_uuid(), 'a', 'mintcash', 'sub-' || n, 'active', 0, now(), gen_random_uuid(),
      now() ${rows}`);
  await database.query(`
    insert into ${schema}.customers (customer_id, account, provider, reference, level, told_at, fact_id,
      recorded_at)
    select gen_random_uuid(), 'a', 'conomy', 'cus-' || n, 'basic', now(), gen_random_uuid(),
      now() ${rows}`);
  const tables = FILLED.map((name) => `${schema}.${name}`).join(', ');
  // What was just inserted waits in a list of the array indexes, and that would be read from end to end.
  await database.query(`vacuum analyze ${tables}`);
}
