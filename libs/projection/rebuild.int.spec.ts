import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fenced } from '#event-log/event-log.js';
import { paymentStream } from '../../test/harness/payment-streams.js';
import { never, ProjectionBench, quiet, recordsOf } from '../../test/harness/projection-bench.js';
import { FOLD_VERSION } from './fold-version.js';
import { liveGeneration } from './generations.js';
import { ProjectionHandler } from './projection-handler.js';

let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('a rebuild', () => {
  it('rebuilds beside the live tables to the same rows, and swaps', async () => {
    await fc.assert(
      fc.asyncProperty(paymentStream(), async (records) => {
        const log = await bench.logOf(records);
        await bench.foldAll(log, [3]);
        const before = await bench.dump();
        const result = await bench.rebuild(log);
        expect(result).toMatchObject({ isSame: true, hasSwapped: true });
        expect(await bench.dump()).toEqual(before);
        expect(await liveGeneration(bench.database)).toEqual({
          version: FOLD_VERSION,
          generation: 2,
        });
      }),
      { numRuns: 8 },
    );
  });

  it('does not swap in a rebuild that differs from live, and says where', async () => {
    const log = await bench.logOf([bench.mintcashEvent('p1', 'succeeded')]);
    await bench.foldAll(log);
    await bench.database.query(`update fold_3_1.payments set status = 'refunded'`);
    const result = await bench.rebuild(log);
    expect(result).toMatchObject({ isSame: false, hasSwapped: false });
    expect(await liveGeneration(bench.database)).toEqual({ version: FOLD_VERSION, generation: 1 });
    const payments = result.comparisons.find(({ table }) => table === 'payments');
    expect(payments?.differences).toEqual([
      expect.objectContaining({ kind: 'different', columns: ['status'] }),
    ]);
  });

  it('swaps in a difference that is accepted, as a new version of the fold needs', async () => {
    const log = await bench.logOf([bench.mintcashEvent('p1', 'succeeded')]);
    await bench.foldAll(log);
    await bench.database.query(`update ops.generations set version = 0`);
    await bench.database.query(`update ops.checkpoints set version = 0`);
    await bench.database.query('alter schema fold_3_1 rename to fold_0_1');
    await bench.database.query('alter table fold_0_1.payments drop column tax_minor cascade');
    await bench.database.query('create view cuadre.gone as select 1 as only_there');
    const result = await bench.rebuild(log, true);
    expect(result).toMatchObject({ isSame: true, hasSwapped: true });
    expect(await liveGeneration(bench.database)).toEqual({ version: FOLD_VERSION, generation: 1 });
    expect(await bench.orderOf('ORD-p1')).toMatchObject({ status: 'paid' });
  });

  it('parks in a rebuild what live has parked', async () => {
    const log = await bench.logOf([
      bench.mintcashEvent('good', 'succeeded'),
      bench.mintcashEvent('bad', 'succeeded'),
    ]);
    const refuse = (schema: string) =>
      `alter table ${schema}.payments add constraint none check (reference <> 'bad')`;
    await bench.database.query(refuse('fold_3_1'));
    await bench.foldAll(log);
    // The next generation's tables refuse the same row, as a data exception would.
    await bench.database
      .query(`create function ops.refuse() returns event_trigger language plpgsql as $$
      begin
        if to_regclass('fold_3_2.payments') is not null and not exists (
          select from pg_constraint where conrelid = 'fold_3_2.payments'::regclass and conname = 'none'
        ) then
          alter table fold_3_2.payments add constraint none check (reference <> 'bad');
        end if;
      end $$`);
    await bench.database.query(
      `create event trigger refuse on ddl_command_end when tag in ('CREATE INDEX')
         execute function ops.refuse()`,
    );
    try {
      expect(await bench.rebuild(log)).toMatchObject({ isSame: true, hasSwapped: true });
    } finally {
      await bench.database.query('drop event trigger refuse');
      await bench.database.query('drop function ops.refuse');
    }
    const parked = await bench.database.query('select subject from cuadre.parked_subjects');
    expect(parked.rows).toHaveLength(1);
  });

  it('fences a projector that still folds the generation that was swapped out', async () => {
    const log = await bench.logOf([bench.mintcashEvent('p1', 'pending')]);
    await bench.foldAll(log);
    const old = new ProjectionHandler(bench.database, quiet);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      await old.nextPosition(partition);
    }
    await bench.rebuild(log);
    await log.append([bench.mintcashEvent('p1', 'succeeded')]);
    for (let partition = 0; partition < log.partitions; partition += 1) {
      const records = (await recordsOf(log, partition)).slice(-1);
      if (records.length === 0) continue;
      await expect(old.handle({ partition, records, signal: never })).rejects.toBeInstanceOf(
        Fenced,
      );
    }
  });
});
