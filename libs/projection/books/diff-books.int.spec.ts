import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { POSTING_RULES, type PostingRule } from '#ledger/posting/rules.js';
import { cobruLookup } from '../../../test/harness/observe.js';
import { never, observationId, ProjectionBench } from '../../../test/harness/projection-bench.js';
import { diffBooks, type BooksDiff, type PaymentDifference } from './diff-books.js';

const FROM_THE_START = '1970-01-01T00:00:00.000Z';
const AT = '2026-06-30T00:00:00.000Z';
let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

/** A Cobru payment of 50000.00 COP, of which fee and tax explain all but `unexplained`. */
function paid(reference: string, unexplained: number, n: number) {
  return cobruLookup(observationId(n), {
    reference,
    asOf: 1n,
    body: {
      url: reference,
      state: 3,
      amount: 50_000,
      payed_amount: 50_000 - 5_950 - unexplained,
      fee_amount: 5_000,
      iva_amount: 950,
    },
  });
}

async function diff(
  log: MemoryEventLog,
  rule: Partial<PostingRule>,
): Promise<BooksDiff & { readonly list: readonly PaymentDifference[] }> {
  const list: PaymentDifference[] = [];
  const result = await diffBooks(
    { database: bench.database, log },
    {
      rule: { ...POSTING_RULES[0], name: 'new', effectiveFrom: FROM_THE_START, ...rule },
      at: AT,
      signal: never,
      onProgress: () => undefined,
      onDifference: (difference) => list.push(difference),
    },
  );
  return { ...result, list };
}

describe('the dry run of a posting rule', () => {
  it('tells what would differ by account and by payment, with balanced corrections, and writes nothing', async () => {
    const log = await bench.logOf([
      paid('plain', 0, 1),
      paid('odd', 1_000, 2),
      paid('odder', 50, 3),
      bench.mintcashEvent('p1', 'succeeded'),
    ]);
    await bench.foldAll(log);
    const before = await bench.dump();
    const result = await diff(log, { unexplainedCost: 'fees' });
    expect(result).toMatchObject({ records: 4n, payments: 4, differing: 2, drifted: 0 });
    expect(result.accounts).toEqual([
      {
        layer: 'posted',
        account: 'expenses:fees:cobru-test',
        currency: 'COP',
        exponent: 2,
        liveMinor: 1_000_000n,
        proposedMinor: 1_105_000n,
      },
      {
        layer: 'posted',
        account: 'suspense:cobru-test',
        currency: 'COP',
        exponent: 2,
        liveMinor: 105_000n,
        proposedMinor: 0n,
      },
    ]);
    expect(result.list.map(({ subject }) => subject).sort()).toEqual([
      'cobru-test/payment/odd',
      'cobru-test/payment/odder',
    ]);
    const odd = result.list.find(({ subject }) => subject.endsWith('/odd'));
    expect(odd?.corrections).toEqual([
      {
        line: 'correction:new',
        layer: 'posted',
        currency: 'COP',
        exponent: 2,
        effectiveAt: AT,
        reason: 'rule-change',
        legs: expect.arrayContaining([
          { account: 'expenses:fees:cobru-test', minor: 100_000n },
          { account: 'suspense:cobru-test', minor: -100_000n },
        ]) as unknown,
      },
    ]);
    expect(await bench.dump()).toEqual(before);
  });

  it('finds nothing where a rule dated later than every subject leaves the books as they are', async () => {
    const log = await bench.logOf([paid('odd', 1_000, 1), bench.mintcashEvent('p1', 'pending')]);
    await bench.foldAll(log);
    const now = new Date(Date.now() + 60_000).toISOString();
    await log.append([bench.mintcashEvent('p1', 'succeeded')]);
    await bench.foldAll(log);
    const rule = { effectiveFrom: now, unexplainedCost: 'fees' } as const;
    expect(await diff(log, rule)).toMatchObject({ differing: 0, drifted: 0, accounts: [] });
  });

  it('stops at what the live books have folded, and leaves out what is parked there', async () => {
    const log = await bench.logOf([paid('odd', 1_000, 1)]);
    await bench.foldAll(log);
    await log.append([paid('later', 1_000, 2)]);
    expect(await diff(log, { unexplainedCost: 'fees' })).toMatchObject({
      records: 1n,
      payments: 1,
    });
    await bench.database.query(
      `alter table fold_3_1.payments add constraint none check (reference <> 'later')`,
    );
    await bench.foldAll(log);
    expect(await diff(log, { unexplainedCost: 'fees' })).toMatchObject({
      records: 2n,
      payments: 1,
      differing: 1,
      drifted: 0,
    });
  });

  it('says which payments differ without the rule, because live is not what the log makes', async () => {
    const log = await bench.logOf([paid('odd', 1_000, 1), paid('gone', 0, 2)]);
    await bench.foldAll(log);
    await bench.database.query(
      `begin; set local session_replication_role = replica;
       delete from fold_3_1.ledger_entries where subject like '%/gone'; commit`,
    );
    const result = await diff(log, {});
    expect(result).toMatchObject({ payments: 2, differing: 1, drifted: 1 });
    expect(result.list).toMatchObject([
      { subject: 'cobru-test/payment/gone', isDrifted: true, corrections: [{ layer: 'posted' }] },
    ]);
  });
});
