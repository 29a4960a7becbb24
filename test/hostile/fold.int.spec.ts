import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { StoredRecord } from '#events/record.js';
import { statusByKind } from '#ledger/payment/payment-kind.js';
import { ProjectionBench, recordsOf } from '../harness/projection-bench.js';
import { pureFoldOf } from '../harness/pure-fold.js';
import { fuzzSource, fuzzTargets } from './fuzz/fuzz-source.js';

const DELIVERIES = 1_000;

let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('what hostile bodies leave in the log', () => {
  it.each(fuzzTargets().targets.map((target) => [target.source.name, target] as const))(
    'of %s is taken by the database, row for row, and parks nothing',
    async (name, target) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      process.stdout.write(`fuzz: ${DELIVERIES} deliveries of ${name} to the fold, seed ${seed}\n`);
      await fuzzSource(target, { deliveries: DELIVERIES, seed, onRound: expectFolded });
    },
    120_000,
  );
});

async function expectFolded(hostile: MemoryEventLog): Promise<void> {
  const records = await everyRecord(hostile);
  const log = await bench.logOf(
    records.map(({ key, value, headers }) => ({ key, value, headers })),
  );
  await bench.foldAll(log, [333]);
  const parked = await bench.database.query('select * from cuadre.parked_subjects');
  expect(parked.rows).toEqual([]);
  const { rows } = await bench.database.query('select count(*)::int as n from cuadre.deliveries');
  expect(rows).toEqual([{ n: records.length }]);
  const found = await bench.database.query<{ readonly subject: string }>(
    'select subject, status, order_id from cuadre.payments',
  );
  const payments = (await pureFoldOf(log)).payments();
  const wanted = [...payments].map(([subject, { kind, status, orderId }]) => ({
    subject,
    status: status === null ? null : statusByKind(kind, status),
    order_id: orderId,
  }));
  expect(bySubject(found.rows)).toEqual(bySubject(wanted));
}

async function everyRecord(log: MemoryEventLog): Promise<StoredRecord[]> {
  const lists = Array.from({ length: log.partitions }, (_, n) => recordsOf(log, n));
  return (await Promise.all(lists)).flat();
}

function bySubject<Row extends { readonly subject: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
}
