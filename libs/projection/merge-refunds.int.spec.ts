import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '#read-models/database.js';
import { expectEqualsPureFold, paymentsInTables } from '../../test/harness/equals-pure-fold.js';
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

it('merges a refund that has an id of its own into its payment, and into the order', async () => {
  const refund = bench.conomyEvent('r1', 'payment.refund.settled', {
    status: 'SETTLED',
    type: 'REFUND',
    totalAmount: '40.00',
    parentPaymentId: 't1',
  });
  const payment = bench.conomyEvent('t1', 'payment.settled', {
    status: 'SETTLED',
    totalAmount: '100.00',
    externalId: 'ORD-1',
    settlementBatchId: 'batch-1',
  });
  for (const records of [
    [refund, payment],
    [payment, refund],
  ]) {
    const log = await bench.logOf(records);
    await bench.foldAll(log, [1]);
    const payments = await paymentsInTables(bench.database);
    expect(payments.get('conomy-test/transaction/t1')).toMatchObject({
      status: 'partially_refunded',
      refunded_minor: '4000',
      settlement_batch: 'batch-1',
    });
    expect(payments.get('conomy-test/transaction/r1')).toMatchObject({ status: 'succeeded' });
    expect(await bench.orderOf('ORD-1')).toMatchObject({ status: 'partially_refunded' });
    const { rows } = await bench.database.query<{ key: string; value: Buffer }>(
      `select key, value from ops.outbox where topic like '%payment-events%' order by id`,
    );
    const last = new Map(
      rows.map(({ value }) => {
        const snapshot = JSON.parse(value.toString('utf8')) as Record<string, unknown>;
        return [snapshot['reference'], [snapshot['kind'], snapshot['status'], snapshot['version']]];
      }),
    );
    expect(Object.fromEntries(last)).toEqual({
      t1: ['payment', 'partially_refunded', '2'],
      r1: ['refund', 'succeeded', '1'],
    });
  }
});

it('books a withdrawal beside orders, and a refund whose payment nobody knows', async () => {
  const log = await bench.logOf([
    bench.conomyEvent('w1', 'payment.settled', {
      status: 'SETTLED',
      type: 'WITHDRAWAL_ACCOUNT',
      totalAmount: '70.00',
      externalId: 'payout-1',
    }),
    bench.conomyEvent('r9', 'payment.refund.created', {
      status: 'RECEIVED',
      type: 'REFUND',
      totalAmount: '40.00',
      parentPaymentId: 'nobody',
    }),
  ]);
  await bench.foldAll(log);
  await expectEqualsPureFold(bench.database, log);
  expect((await bench.database.query('select from cuadre.orders')).rows).toHaveLength(0);
  const { rows } = await bench.database.query<Record<string, unknown>>(
    'select reference, kind, status, client_reference from cuadre.payments order by reference',
  );
  expect(rows).toEqual([
    { reference: 'nobody', kind: 'payment', status: null, client_reference: null },
    { reference: 'r9', kind: 'refund', status: 'pending', client_reference: null },
    { reference: 'w1', kind: 'withdrawal', status: 'paid', client_reference: 'payout-1' },
  ]);
});

it('takes a refund from the payment that it named before, and rebuilds to the same', async () => {
  const refundOf = (parent: string, event: string) =>
    bench.conomyEvent('r1', `payment.refund.${event}`, {
      ...SETTLED,
      type: 'REFUND',
      totalAmount: '10.00',
      parentPaymentId: parent,
    });
  const paid = ['pa', 'pb'].map((id) =>
    bench.conomyEvent(id, 'payment.settled', { ...SETTLED, externalId: `ORD-${id}` }),
  );
  for (const named of [
    ['pa', 'pb'],
    ['pb', 'pa'],
  ]) {
    const [first = '', second = ''] = named;
    const log = await bench.logOf([
      ...paid,
      refundOf(first, 'captured'),
      refundOf(second, 'settled'),
    ]);
    await bench.foldAll(log, [1]);
    await expectEqualsPureFold(bench.database, log);
    expect(await bench.orderOf('ORD-pa')).toMatchObject({ status: 'paid' });
    expect(await bench.orderOf('ORD-pb')).toMatchObject({ status: 'partially_refunded' });
    expect(await bench.rebuild(log)).toMatchObject({ isSame: true });
  }
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
