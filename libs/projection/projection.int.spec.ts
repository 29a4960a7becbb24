import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fenced } from '#event-log/event-log.js';
import { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { LogRecord, StoredRecord } from '#events/record.js';
import { inTransaction, openDatabase, type Database } from '#read-models/database.js';
import { migrate } from '#read-models/migrate.js';
import { cobruCallback, cobruLookup, mintcashWebhook } from '../../test/harness/observe.js';
import { paymentStream } from '../../test/harness/payment-streams.js';
import { createDatabase, type SpecDatabase } from '../../test/harness/postgres.js';
import { pureFoldOf } from '../../test/harness/pure-fold.js';
import { readCheckpoint } from './checkpoint.js';
import { foldBatch } from './fold-batch.js';
import { ensureLiveGeneration, liveGeneration } from './generations.js';
import { ProjectionHandler } from './projection-handler.js';
import { rebuild } from './rebuild.js';

const never = new AbortController().signal;
const quiet = { folded: () => {}, fenced: () => {} };

let spec: SpecDatabase;
let database: Database;

beforeAll(async () => {
  spec = await createDatabase();
  await migrate(spec.url);
  database = openDatabase({
    url: spec.url,
    poolMax: 8,
    applicationName: 'spec',
    onError: () => {},
  });
});

afterAll(async () => {
  await database.end();
  await spec.drop();
});

/** A fresh log with these records, and empty read models for it. */
async function logOf(records: readonly LogRecord[]): Promise<MemoryEventLog> {
  const log = new MemoryEventLog({ topic: 'observations', partitions: 3 });
  await log.append(records);
  const { rows } = await database.query<{ nspname: string }>(
    `select nspname from pg_namespace where nspname like 'fold\\_%'`,
  );
  for (const { nspname } of rows) await database.query(`drop schema ${nspname} cascade`);
  await database.query('truncate ops.generations, ops.checkpoints, ops.outbox');
  await ensureLiveGeneration(database, log);
  return log;
}

async function partitionOf(log: MemoryEventLog, partition: number): Promise<StoredRecord[]> {
  const end = await log.endPositions();
  const records: StoredRecord[] = [];
  for await (const batch of log.read(partition, 0n, end[partition] ?? 0n)) records.push(...batch);
  return records;
}

/** Folds every partition, cut into batches of these sizes, each from where the checkpoint stands. */
async function foldAll(log: MemoryEventLog, sizes: readonly number[] = [1000]): Promise<void> {
  const handler = new ProjectionHandler(database, quiet);
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const records = await partitionOf(log, partition);
    await handler.nextPosition(partition);
    let start = 0;
    for (let cut = 0; start < records.length; cut += 1) {
      const size = sizes[cut % sizes.length] ?? 1;
      const batch = records.slice(start, start + size);
      await handler.handle({ partition, records: batch, signal: never });
      start += size;
    }
  }
}

async function paymentsInTables(): Promise<Map<string, unknown>> {
  const { rows } = await database.query<Record<string, unknown>>(
    `select subject, status, reported, order_id, amount_minor, net_minor, refunded_minor, flags
       from cuadre.payments`,
  );
  return new Map(rows.map((row) => [String(row['subject']), row]));
}

async function expectEqualsPureFold(log: MemoryEventLog): Promise<void> {
  const pure = await pureFoldOf(log);
  const tables = await paymentsInTables();
  const expected = new Map(
    [...pure.payments()].map(([subject, view]) => [
      subject,
      {
        subject,
        status: view.status,
        reported: view.reported,
        order_id: view.orderId,
        amount_minor: view.amount?.minor.toString() ?? null,
        net_minor: view.net?.minor.toString() ?? null,
        refunded_minor: view.refunded?.minor.toString() ?? null,
        flags: [...view.flags],
      },
    ]),
  );
  expect(tables).toEqual(expected);
  const { rows } = await database.query<Record<string, string | null>>(
    'select order_id, status, assurance, reported from cuadre.orders',
  );
  const orders = [...pure.orders()].map(([orderId, view]) => ({
    order_id: orderId,
    status: view.status,
    assurance: view.assurance,
    reported: view.reported,
  }));
  const byId = (a: { order_id?: string | null }, b: { order_id?: string | null }) =>
    String(a.order_id) < String(b.order_id) ? -1 : 1;
  expect([...rows].sort(byId)).toEqual(orders.sort(byId));
}

async function tableDump(): Promise<unknown> {
  const dump: unknown[] = [];
  for (const table of ['payments', 'payment_changes', 'orders', 'deliveries', 'work_queue']) {
    const { rows } = await database.query(`select to_jsonb(t) as row from cuadre.${table} t`);
    dump.push([table, rows.map(({ row }) => JSON.stringify(row)).sort()]);
  }
  return dump;
}

describe('the projection', () => {
  it('equals the pure fold, however the log is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        paymentStream(),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (records, sizes) => {
          const log = await logOf(records);
          await foldAll(log, sizes);
          await expectEqualsPureFold(log);
          const cut = await tableDump();
          await database.query('update ops.checkpoints set next_position = 0');
          await database.query(
            'truncate fold_1_1.payments, fold_1_1.payment_changes, fold_1_1.refunds, ' +
              'fold_1_1.orders, fold_1_1.order_payments, fold_1_1.events, fold_1_1.deliveries, ' +
              'fold_1_1.work_queue',
          );
          await foldAll(log);
          expect(await tableDump()).toEqual(cut);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has one effect when batches are redelivered, crash before commit, or a zombie folds too', async () => {
    await fc.assert(
      fc.asyncProperty(
        paymentStream(),
        fc.array(fc.constantFrom('fold', 'redeliver', 'crash', 'zombie'), { minLength: 1 }),
        async (records, faults) => {
          const log = await logOf(records);
          for (let partition = 0; partition < log.partitions; partition += 1) {
            const stored = await partitionOf(log, partition);
            const zombie = new ProjectionHandler(database, quiet);
            await zombie.nextPosition(partition);
            for (let start = 0, step = 0; start < stored.length; step += 1) {
              const batch = { partition, records: stored.slice(start, start + 5), signal: never };
              const fault = faults[step % faults.length];
              if (fault === 'crash') await crash(batch.partition, batch.records);
              const owner = new ProjectionHandler(database, quiet);
              await owner.nextPosition(partition);
              await owner.handle(batch);
              if (fault === 'redeliver') await owner.handle(batch);
              if (fault === 'zombie' && start > 0) {
                await expect(zombie.handle(batch)).rejects.toBeInstanceOf(Fenced);
                await zombie.nextPosition(partition);
              }
              start += 5;
            }
          }
          await expectEqualsPureFold(log);
        },
      ),
      { numRuns: 20 },
    );

    async function crash(partition: number, records: readonly StoredRecord[]): Promise<void> {
      const generation = await liveGeneration(database);
      const checkpoint = await readCheckpoint(database, generation, partition);
      await inTransaction(database, async (tx) => {
        await foldBatch(tx, { generation, status: 'live' }, { partition, checkpoint, records });
        throw new Error('killed before commit');
      }).catch(() => undefined);
    }
  });

  it('parks the subject of a record that the database refuses, and folds every other one', async () => {
    const log = await logOf([
      mintcashEvent('good-1', 'succeeded'),
      mintcashEvent('poison', 'succeeded'),
      mintcashEvent('good-2', 'succeeded'),
      mintcashEvent('poison', 'refunded'),
      mintcashEvent('good-3', 'succeeded'),
    ]);
    await database.query(
      `alter table fold_1_1.payments add constraint no_poison check (reference <> 'poison')`,
    );
    await foldAll(log);
    const payments = await paymentsInTables();
    expect([...payments.keys()].sort()).toEqual(
      ['good-1', 'good-2', 'good-3'].map((reference) => `mintcash-test/payment/${reference}`),
    );
    const parked = await database.query<{ subject: string }>(
      'select subject, reason from cuadre.parked_subjects',
    );
    expect(parked.rows).toEqual([
      { subject: 'mintcash-test/payment/poison', reason: 'refused by the database: 23514' },
    ]);
    const records = await database.query('select position from cuadre.parked_records');
    expect(records.rows).toHaveLength(2);
  });

  it('never parks on untrusted input', async () => {
    const log = await logOf([
      cobruCallback(id(1), { url: 'poison', state: 3, amount: '1' }, { orderId: null }),
      cobruCallback(id(2), { url: 'good', state: 3, amount: '1' }, { orderId: 'ORD-1' }),
    ]);
    await database.query(
      `alter table fold_1_1.payments add constraint no_poison check (reference <> 'poison')`,
    );
    await foldAll(log);
    const parked = await database.query('select subject from cuadre.parked_subjects');
    expect(parked.rows).toEqual([]);
    const outcomes = await database.query<{ outcome: string; reason: string }>(
      `select outcome, reason from cuadre.deliveries where subject like '%poison'`,
    );
    expect(outcomes.rows).toEqual([{ outcome: 'ignored', reason: 'unfoldable' }]);
    expect([...(await paymentsInTables()).keys()]).toEqual(['cobru-test/payment/good']);
  });

  it('lets a claim move only what is reported, until a lookup clears it', async () => {
    const forged = { url: 'slug', state: 3, amount: '50000.00' };
    const genuine = { url: 'slug', state: 1, amount: '50000.00' };
    const log = await logOf([
      cobruCallback(id(1), genuine, { orderId: 'ORD-1' }),
      cobruCallback(id(2), forged, { orderId: null }),
    ]);
    await foldAll(log);
    expect(await orderOf('ORD-1')).toEqual({
      status: 'awaiting_payment',
      assurance: 'reported',
      reported: 'paid',
    });
    const due = await database.query<{ due_position: string; is_known: boolean }>(
      'select due_position, is_known from cuadre.work_queue',
    );
    expect(due.rows).toEqual([{ due_position: '1', is_known: true }]);
    await log.append([
      cobruLookup(id(3), {
        reference: 'slug',
        asOf: 1n,
        body: { url: 'slug', state: 1, amount: 50000 },
      }),
    ]);
    await foldAll(log);
    expect(await orderOf('ORD-1')).toEqual({
      status: 'pending',
      assurance: 'confirmed',
      reported: null,
    });
    expect((await database.query('select from cuadre.work_queue')).rows).toHaveLength(0);
  });

  it('ties no payment to an order that only an unproven body names', async () => {
    const log = await logOf([
      cobruCallback(id(1), { url: 'other', state: 3, orderId: 'ORD-1' }, { orderId: null }),
    ]);
    await foldAll(log);
    expect((await database.query('select from cuadre.orders')).rows).toHaveLength(0);
  });

  it('sends one message for each version of a payment, and none from a rebuild', async () => {
    const log = await logOf([
      mintcashEvent('p1', 'pending'),
      mintcashEvent('p1', 'succeeded'),
      mintcashEvent('p1', 'succeeded'),
    ]);
    await foldAll(log);
    const { rows } = await database.query<{ topic: string; value: Buffer }>(
      'select topic, value from ops.outbox order by id',
    );
    const versions = rows.map(({ topic, value }) => [
      topic,
      (JSON.parse(value.toString('utf8')) as { version: string }).version,
    ]);
    expect(versions).toEqual([
      ['payments.public.payment-events.v1', '1'],
      ['payments.public.payment-events.v1', '2'],
      ['payments.public.order-status.v1', '2'],
    ]);
    const result = await rebuildOnce(log);
    expect(result.isSame).toBe(true);
    expect((await database.query('select from ops.outbox')).rows).toHaveLength(rows.length);
  });

  it('rebuilds beside the live tables to the same rows, and swaps', async () => {
    await fc.assert(
      fc.asyncProperty(paymentStream(), async (records) => {
        const log = await logOf(records);
        await foldAll(log, [3]);
        const before = await tableDump();
        const result = await rebuildOnce(log);
        expect(result).toMatchObject({ isSame: true, hasSwapped: true });
        expect(await tableDump()).toEqual(before);
        expect(await liveGeneration(database)).toEqual({ version: 1, generation: 2 });
      }),
      { numRuns: 8 },
    );
  });

  it('does not swap in a rebuild that differs from live, and says where', async () => {
    const log = await logOf([mintcashEvent('p1', 'succeeded')]);
    await foldAll(log);
    await database.query(`update fold_1_1.payments set status = 'refunded'`);
    const result = await rebuildOnce(log);
    expect(result).toMatchObject({ isSame: false, hasSwapped: false });
    const payments = result.comparisons.find(({ table }) => table === 'payments');
    expect(payments?.differences).toEqual([
      expect.objectContaining({ kind: 'different', columns: ['status'] }),
    ]);
  });

  it('fences a projector that still folds the generation that was swapped out', async () => {
    const log = await logOf([mintcashEvent('p1', 'pending')]);
    await foldAll(log);
    const old = new ProjectionHandler(database, quiet);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      await old.nextPosition(partition);
    }
    await rebuildOnce(log);
    await log.append([mintcashEvent('p1', 'succeeded')]);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      const records = (await partitionOf(log, partition)).slice(-1);
      if (records.length === 0) continue;
      await expect(old.handle({ partition, records, signal: never })).rejects.toBeInstanceOf(
        Fenced,
      );
    }
  });
});

function rebuildOnce(log: MemoryEventLog) {
  return rebuild({ database, log }, { swap: true, signal: never, onProgress: () => {} });
}

async function orderOf(orderId: string): Promise<unknown> {
  const { rows } = await database.query(
    'select status, assurance, reported from cuadre.orders where order_id = $1',
    [orderId],
  );
  return rows[0];
}

let serial = 0;

function mintcashEvent(payment: string, event: string): LogRecord {
  serial += 1;
  return mintcashWebhook(id(serial), {
    eventId: `${payment}-${event}`,
    event: `payment.${event}`,
    type: 'payment',
    environment: 'test',
    createdAt: '2026-06-30T15:41:21.585Z',
    data: { id: payment, externalId: `ORD-${payment}`, status: event, amount: 25, currency: 'USD' },
  });
}

function id(n: number): string {
  return `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
}
