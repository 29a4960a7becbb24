import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '#read-models/database.js';
import { ProjectionBench, recordsOf } from '../../test/harness/projection-bench.js';
import { readCheckpoint } from './checkpoint.js';
import { foldBatch } from './fold-batch.js';
import { liveGeneration } from './generations.js';

let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

it('tells each version of a payment once, also when its refund is folded at the same moment', async () => {
  const log = await bench.logOf([
    bench.conomyEvent('t1', 'payment.settled', SETTLED),
    // The same again under another name: nothing that readers see changes.
    bench.conomyEvent('t1', 'transaction.status_changed', SETTLED),
    ...['r1', 'r2', 'r3', 'r4'].map((id) =>
      bench.conomyEvent(id, 'payment.refund.settled', {
        ...SETTLED,
        type: 'REFUND',
        totalAmount: '10.00',
        parentPaymentId: 't1',
      }),
    ),
  ]);
  const all = await Promise.all([0, 1, 2].map((partition) => recordsOf(log, partition)));
  const ofPayment = all.findIndex((records) => records.some(({ key }) => key.endsWith('/t1')));
  const ofRefunds = all.findIndex((records, n) => n !== ofPayment && records.length > 0);
  const [settled, changed] = all[ofPayment]?.filter(({ key }) => key.endsWith('/t1')) ?? [];
  const refunds = all[ofRefunds] ?? [];
  if (settled === undefined || changed === undefined) throw new Error('Two events were appended.');
  await fold(ofPayment, [settled]);

  const [isFolded, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = fold(ofRefunds, refunds, async () => {
    isFolded.resolve();
    await mayCommit.promise;
  });
  await isFolded.promise;
  const second = fold(ofPayment, [changed]);
  await untilWaiting();
  mayCommit.resolve();
  await Promise.all([first, second]);

  const { rows } = await bench.database.query<{ value: Buffer }>('select value from ops.outbox');
  const told = rows
    .map(({ value }) => JSON.parse(value.toString('utf8')) as Record<string, unknown>)
    .filter(({ reference }) => reference === 't1')
    .map(({ version }) => version);
  expect(told).toEqual(['1', String(1 + refunds.length)]);
});

const SETTLED = { status: 'SETTLED', totalAmount: '100.00' };

/** `before` runs when everything is written and nothing is committed. */
async function fold(
  partition: number,
  records: Awaited<ReturnType<typeof recordsOf>>,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  const generation = await liveGeneration(bench.database);
  const checkpoint = await readCheckpoint(bench.database, generation, partition);
  await inTransaction(bench.database, async (tx) => {
    await foldBatch(tx, { generation, status: 'live' }, { partition, checkpoint, records });
    await before();
  });
}

async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rows } = await bench.database.query(
      `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (rows.length > 0) return;
  }
}
