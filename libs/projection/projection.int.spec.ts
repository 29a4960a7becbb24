import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fenced } from '#event-log/event-log.js';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { StoredRecord } from '#events/record.js';
import { inTransaction } from '#read-models/database.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';
import { expectEqualsPureFold, paymentsInTables } from '../../test/harness/equals-pure-fold.js';
import { cobruCallback, cobruLookup, mintcashWebhook } from '../../test/harness/observe.js';
import { paymentStream } from '../../test/harness/payment-streams.js';
import {
  never,
  observationId,
  ProjectionBench,
  quiet,
  recordsOf,
} from '../../test/harness/projection-bench.js';
import { readCheckpoint } from './checkpoint.js';
import { knownDigests } from './dedupe.js';
import { foldBatch } from './fold-batch.js';
import { liveGeneration } from './generations.js';
import { interpretRecord } from './interpret-record.js';
import { keepToKeys } from './keep-to-keys.js';
import { ProjectionHandler } from './projection-handler.js';

let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('the projection', () => {
  it('equals the pure fold, however the log is cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        paymentStream(),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (records, sizes) => {
          const log = await bench.logOf(records);
          await bench.foldAll(log, sizes);
          await expectEqualsPureFold(bench.database, log);
          const cut = await bench.dump();
          await bench.emptyTables();
          await bench.foldAll(log);
          expect(await bench.dump()).toEqual(cut);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('ends in the same rows when partitions that share orders and refunds fold at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        paymentStream(),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
        async (records, sizes) => {
          const log = await bench.logOf(records);
          await bench.foldTogether(log, sizes);
          await expectEqualsPureFold(bench.database, log);
          const together = await bench.dump();
          await bench.emptyTables();
          await bench.foldAll(log);
          expect(await bench.dump()).toEqual(together);
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
          const log = await bench.logOf(records);
          for (let partition = 0; partition < log.partitions; partition += 1) {
            const stored = await recordsOf(log, partition);
            const zombie = new ProjectionHandler(bench.database, quiet);
            await zombie.nextPosition(partition);
            for (let start = 0, step = 0; start < stored.length; step += 1) {
              const batch = { partition, records: stored.slice(start, start + 5), signal: never };
              const fault = faults[step % faults.length];
              if (fault === 'crash') await crash(batch.partition, batch.records);
              const owner = new ProjectionHandler(bench.database, quiet);
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
          await expectEqualsPureFold(bench.database, log);
        },
      ),
      { numRuns: 20 },
    );

    async function crash(partition: number, records: readonly StoredRecord[]): Promise<void> {
      const generation = await liveGeneration(bench.database);
      const checkpoint = await readCheckpoint(bench.database, generation, partition);
      await inTransaction(bench.database, async (tx) => {
        await foldBatch(tx, { generation, status: 'live' }, { partition, checkpoint, records });
        throw new Error('killed before commit');
      }).catch(() => undefined);
    }
  });

  it('parks the subject of a record that the database refuses, and folds every other one', async () => {
    const log = await bench.logOf([
      bench.mintcashEvent('good-1', 'succeeded'),
      bench.mintcashEvent('poison', 'succeeded'),
      bench.mintcashEvent('good-2', 'succeeded'),
      bench.mintcashEvent('poison', 'refunded'),
      bench.mintcashEvent('good-3', 'succeeded'),
    ]);
    await bench.database.query(
      `alter table fold_3_1.payments add constraint no_poison check (reference <> 'poison')`,
    );
    await bench.foldAll(log);
    const payments = await paymentsInTables(bench.database);
    expect([...payments.keys()].sort()).toEqual(
      ['good-1', 'good-2', 'good-3'].map((reference) => `mintcash-test/payment/${reference}`),
    );
    const parked = await bench.database.query<{ subject: string }>(
      'select subject, reason from cuadre.parked_subjects',
    );
    expect(parked.rows).toEqual([
      { subject: 'mintcash-test/payment/poison', reason: 'refused by the database: 23514' },
    ]);
    const records = await bench.database.query('select position from cuadre.parked_records');
    expect(records.rows).toHaveLength(2);
  });

  it('folds in ever smaller pieces what takes too long as one batch', async () => {
    const names = ['good-1', 'good-2', 'good-3', 'good-4', 'good-5'];
    const log = await bench.logOf(
      names.map((name) => bench.mintcashEvent('long', 'succeeded', { eventId: name })),
    );
    await bench.database.query(`
      create function fold_3_1.too_long() returns trigger language plpgsql as $$
      begin
        if (select count(*) from told) > 2 then raise exception 'late' using errcode = '57014'; end if;
        return null;
      end $$`);
    await bench.database.query(`create trigger too_long after insert on fold_3_1.deliveries
      referencing new table as told for each statement execute function fold_3_1.too_long()`);
    const handler = new ProjectionHandler(bench.database, quiet);
    const partition = await partitionOf(log);
    let failures = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      const next = await handler.nextPosition(partition);
      const records = (await recordsOf(log, partition)).filter(({ position }) => position >= next);
      if (records.length === 0) break;
      await handler.handle({ partition, records, signal: never }).catch(() => (failures += 1));
    }
    expect(failures).toBe(1);
    const { rows } = await bench.database.query('select position from cuadre.deliveries');
    expect(rows).toHaveLength(names.length);
  });

  it('applies an event once, labels it when it comes again, and never applies other facts', async () => {
    const again = { orderId: 'ORD-p1', eventId: 'e1' };
    const log = await bench.logOf([
      bench.mintcashEvent('p1', 'succeeded', again),
      bench.mintcashEvent('p1', 'succeeded', again),
      bench.mintcashEvent('p1', 'succeeded', { orderId: 'ORD-other', eventId: 'e1' }),
    ]);
    await bench.foldAll(log);
    const { rows } = await bench.database.query<{ outcome: string }>(
      'select outcome from cuadre.deliveries order by position',
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['applied', 'duplicate', 'conflict']);
    const payments = await paymentsInTables(bench.database);
    expect(payments.get('mintcash-test/payment/p1')).toMatchObject({
      order_id: 'ORD-p1',
      flags: ['conflict'],
    });
  });

  it('never parks on untrusted input', async () => {
    const log = await bench.logOf([
      cobruCallback(observationId(1), { url: 'poison', state: 3, amount: '1' }, { orderId: null }),
      cobruCallback(observationId(2), { url: 'good', state: 3, amount: '1' }, { orderId: 'ORD-1' }),
    ]);
    await bench.database.query(
      `alter table fold_3_1.payments add constraint no_poison check (reference <> 'poison')`,
    );
    await bench.foldAll(log);
    const parked = await bench.database.query('select subject from cuadre.parked_subjects');
    expect(parked.rows).toEqual([]);
    const outcomes = await bench.database.query<{ outcome: string; reason: string }>(
      `select outcome, reason from cuadre.deliveries where subject like '%poison'`,
    );
    expect(outcomes.rows).toEqual([{ outcome: 'ignored', reason: 'unfoldable' }]);
    expect([...(await paymentsInTables(bench.database)).keys()]).toEqual([
      'cobru-test/payment/good',
    ]);
  });

  it('lets a claim move only what is reported, until a lookup clears it', async () => {
    const forged = { url: 'slug', state: 3, amount: '50000.00' };
    const genuine = { url: 'slug', state: 1, amount: '50000.00' };
    const log = await bench.logOf([
      cobruCallback(observationId(1), genuine, { orderId: 'ORD-1' }),
      cobruCallback(observationId(2), forged, { orderId: null }),
    ]);
    await bench.foldAll(log);
    expect(await bench.orderOf('ORD-1')).toEqual({
      status: 'awaiting_payment',
      assurance: 'reported',
      reported: 'paid',
    });
    const due = await bench.database.query<{ due_position: string; is_known: boolean }>(
      'select due_position, is_known from cuadre.work_queue',
    );
    expect(due.rows).toEqual([{ due_position: '1', is_known: true }]);
    await log.append([
      cobruLookup(observationId(3), {
        reference: 'slug',
        asOf: 1n,
        body: { url: 'slug', state: 1, amount: 50000 },
      }),
    ]);
    await bench.foldAll(log);
    expect(await bench.orderOf('ORD-1')).toEqual({
      status: 'pending',
      assurance: 'confirmed',
      reported: null,
    });
    expect((await bench.database.query('select from cuadre.work_queue')).rows).toHaveLength(0);
  });

  it('ties no payment to an order that only an unproven body names', async () => {
    const log = await bench.logOf([
      cobruCallback(
        observationId(1),
        { url: 'other', state: 3, orderId: 'ORD-1' },
        { orderId: null },
      ),
    ]);
    await bench.foldAll(log);
    expect((await bench.database.query('select from cuadre.orders')).rows).toHaveLength(0);
  });

  it('sends one message for each version of a payment, and none from a rebuild', async () => {
    const log = await bench.logOf([
      bench.mintcashEvent('p1', 'pending'),
      bench.mintcashEvent('p1', 'succeeded'),
      bench.mintcashEvent('p1', 'succeeded'),
    ]);
    await bench.foldAll(log);
    const { rows } = await bench.database.query<{ topic: string; value: Buffer }>(
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
    const result = await bench.rebuild(log);
    expect(result.isSame).toBe(true);
    expect((await bench.database.query('select from ops.outbox')).rows).toHaveLength(rows.length);
  });

  it('leaves nothing behind of a batch that fails after its payments were written', async () => {
    for (let round = 0; round < 20; round += 1) {
      const log = await bench.logOf([bench.mintcashEvent(`p${round}`, 'succeeded')]);
      await bench.database.query(
        `create function fold_3_1.fail() returns trigger language plpgsql as $$
           begin raise exception 'disk full' using errcode = '53100'; end $$`,
      );
      await bench.database.query(
        `create trigger fail before insert on fold_3_1.deliveries
           for each row execute function fold_3_1.fail()`,
      );
      await expect(bench.foldAll(log)).rejects.toThrow('disk full');
      for (const table of ['orders', 'payments', 'order_payments', 'deliveries']) {
        expect((await bench.database.query(`select from cuadre.${table}`)).rows).toHaveLength(0);
      }
    }
  });

  it('tells subscribers when a payment moves to another order', async () => {
    const log = await bench.logOf([
      bench.mintcashEvent('moved', 'succeeded', { orderId: 'ORD-B', eventId: 'e1' }),
      bench.mintcashEvent('moved', 'succeeded', { orderId: 'ORD-A', eventId: 'e2' }),
    ]);
    await bench.foldAll(log, [1]);
    const { rows } = await bench.database.query<{ key: string; value: Buffer }>(
      `select key, value from ops.outbox where topic like '%order-status%' order by id`,
    );
    const last = new Map(
      rows.map(({ key, value }) => [
        key,
        (JSON.parse(value.toString('utf8')) as { status: string }).status,
      ]),
    );
    expect(Object.fromEntries(last)).toEqual({ 'ORD-A': 'paid', 'ORD-B': 'awaiting_payment' });
  });

  it('counts a refund once, whatever its provider calls it', async () => {
    const refund = { id: '__proto__', amount: 2, currency: 'USD', status: 'succeeded' };
    const told = ['e1', 'e2', 'e3'].map((eventId, index) =>
      mintcashWebhook(observationId(index), {
        eventId,
        event: 'refund.succeeded',
        type: 'payment',
        environment: 'test',
        data: { id: 'p', status: 'succeeded', amount: 25, currency: 'USD', refund },
      }),
    );
    const log = await bench.logOf(told);
    await bench.foldAll(log, [1]);
    await expectEqualsPureFold(bench.database, log);
    const { rows } = await bench.database.query('select refunded_minor from cuadre.payments');
    expect(rows).toEqual([{ refunded_minor: '200' }]);
  });

  it('finds rows by key also where its plans were made on empty tables', async () => {
    const log = await bench.logOf([bench.mintcashEvent('first', 'succeeded', { eventId: 'e1' })]);
    await bench.foldAll(log);
    const records = await Promise.all([0, 1, 2].map((partition) => recordsOf(log, partition)));
    const told = records.flat().map((record) => interpretRecord(record, 0));
    const schema = foldSchemaName(await liveGeneration(bench.database));
    await inTransaction(bench.database, async (tx) => {
      await keepToKeys(tx);
      // After five plans for some values one is made for all.
      for (let run = 0; run < 7; run += 1) await knownDigests(tx, schema, told);
      const { rows } = await tx.query<{ 'QUERY PLAN': string }>(
        `explain execute "${schema}.deliveries.known" ('{}')`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index');
      expect(plan).not.toContain('Seq Scan');
    });
  });
});

/** The one that has records. */
async function partitionOf(log: MemoryEventLog): Promise<number> {
  for (let partition = 0; partition < log.partitions; partition += 1) {
    if ((await recordsOf(log, partition)).length > 0) return partition;
  }
  throw new Error('The log is empty.');
}
