import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { LogRecord } from '#events/record.js';
import { POSTING_RULES, type PostingRule, type PostingRules } from '#ledger/posting/rules.js';
import { booksStream } from '../../test/harness/books-streams.js';
import { cobruLookup } from '../../test/harness/observe.js';
import { ProjectionBench, observationId, recordsOf } from '../../test/harness/projection-bench.js';
import { inTransaction, type Queryable } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';
import { readCheckpoint } from './checkpoint.js';
import { DatedEntryRefused } from './dated-entries.js';
import { foldBatch } from './fold-batch.js';
import { FOLD_VERSION } from './fold-version.js';
import {
  createBuilding,
  ensureLiveGeneration,
  liveGeneration,
  swapGenerations,
} from './generations.js';

/** Later than the clock of the database, which a new rule has to be as well. */
const BEFORE_MS = Date.parse('2099-06-10T00:00:00.000Z');
const FROM = '2099-06-20T00:00:00.000Z';
const AFTER_MS = Date.parse('2099-06-30T00:00:00.000Z');
/** Everything that a rule can choose is otherwise. */
const SECOND: PostingRule = {
  name: 'second',
  effectiveFrom: FROM,
  taxInFee: 'on-top',
  taxAccount: 'fees',
  unexplainedCost: 'fees',
  returnedWithdrawalFee: 'given-back',
  withdrawals: 'on-payment',
};
const BOTH: PostingRules = [...POSTING_RULES, SECOND];

let bench: ProjectionBench;
let nowMs = BEFORE_MS;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('a posting rule that is dated later than what is folded', () => {
  it('leaves every earlier entry byte for byte, and a rebuild from the beginning finds the same', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(3), booksStream(3), cuts(), async (early, late, sizes) => {
        const log = await logBefore(early);
        await bench.foldAll(log, sizes);
        const before = await entries();
        await ensureLiveGeneration(bench.database, log, BOTH);
        nowMs = AFTER_MS;
        await log.append(late);
        await bench.foldAll(log, sizes, BOTH);
        const after = await entries();
        for (const [partition, chain] of before) {
          expect(after.get(partition)?.slice(0, chain.length)).toEqual(chain);
        }
        expect(await bench.rebuild(log, false, BOTH)).toMatchObject({
          isSame: true,
          hasSwapped: true,
        });
        expect(await entries()).toEqual(after);
      }),
      { numRuns: 12 },
    );
  });

  it('books what is first told of after it, and nothing that was told of before', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    await ensureLiveGeneration(bench.database, log, BOTH);
    nowMs = AFTER_MS;
    await log.append([paid('old', 2), paid('new', 3)]);
    await bench.foldAll(log, [1], BOTH);
    expect(await accountsOf('old')).toContain('suspense:cobru-test');
    expect(await accountsOf('new')).toEqual([
      'assets:provider:cobru-test',
      'expenses:fees:cobru-test',
      'liabilities:merchant',
    ]);
  });
});

describe('the start of the fold', () => {
  it('refuses a rule that is dated before what is folded, and names it, the date and the position', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    nowMs = AFTER_MS;
    await log.append([paid('new', 2)]);
    await bench.foldAll(log);
    const start = ensureLiveGeneration(bench.database, log, BOTH);
    await expect(start).rejects.toBeInstanceOf(DatedEntryRefused);
    await expect(start).rejects.toThrow(
      /"second", in force from 2099-06-20T00:00:00.000Z, is new.* up to 2099-06-30T00:00:00.000Z/,
    );
    await expect(bench.rebuild(log, true, BOTH)).rejects.toBeInstanceOf(DatedEntryRefused);
    // What was there goes on.
    await ensureLiveGeneration(bench.database, log);
  });

  it('refuses a rule for now, which a batch that is in flight is folded without', async () => {
    const nowAtMs = Date.now();
    const longAgoMs = Date.parse('2026-01-01T00:00:00.000Z');
    nowMs = longAgoMs;
    const log = await bench.logOf([paid('old', 1)], { nowMs: () => nowMs });
    await bench.foldAll(log);
    nowMs = nowAtMs;
    await log.append([paid('new', 2)]);
    const now: PostingRules = [
      ...POSTING_RULES,
      { ...SECOND, effectiveFrom: new Date(nowAtMs).toISOString() },
    ];
    const live = await liveGeneration(bench.database);
    await inTransaction(bench.database, async (tx) => {
      await foldRest(tx, log, live);
      const start = ensureLiveGeneration(bench.database, log, now);
      await expect(start).rejects.toBeInstanceOf(DatedEntryRefused);
    });
    const later = { ...SECOND, effectiveFrom: new Date(nowAtMs + 600_000).toISOString() };
    await ensureLiveGeneration(bench.database, log, [...POSTING_RULES, later]);
  });

  it('refuses a rule that was changed or taken out', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    await ensureLiveGeneration(bench.database, log, BOTH);
    await ensureLiveGeneration(bench.database, log, BOTH);
    await expect(ensureLiveGeneration(bench.database, log)).rejects.toThrow('"second"');
    const changed: PostingRules = [...POSTING_RULES, { ...SECOND, taxInFee: 'detect' }];
    await expect(ensureLiveGeneration(bench.database, log, changed)).rejects.toThrow('was changed');
    await expect(bench.rebuild(log)).rejects.toBeInstanceOf(DatedEntryRefused);
  });

  it('remembers everything on the first start, also of a store that was folded before', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    await bench.database.query('truncate ops.dated_entries');
    await ensureLiveGeneration(bench.database, log);
    const { rows } = await bench.database.query(
      'select list, name, effective_from from ops.dated_entries',
    );
    expect(rows).toEqual([{ list: 'posting-rule', name: 'opening', effective_from: new Date(0) }]);
  });
});

describe('a rebuild for a version that was live before', () => {
  it('is not held up by the rules that the version had then', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    const { database } = bench;
    await database.query(
      `insert into ops.dated_entries (version, list, name, effective_from, digest)
       values ($1, 'posting-rule', 'withdrawn', '2026-01-01', 'abc')`,
      [FOLD_VERSION],
    );
    const [own, other] = [FOLD_VERSION, FOLD_VERSION - 1];
    await database.query(`update ops.generations set version = ${other}`);
    await database.query(`update ops.checkpoints set version = ${other}`);
    await database.query(`alter schema fold_${own}_1 rename to fold_${other}_1`);
    expect(await bench.rebuild(log, true)).toMatchObject({ hasSwapped: true });
  });
});

describe('a process that does not know a rule', () => {
  it('folds up to the date of the rule and not past it', async () => {
    const log = await logBefore([paid('old', 1)]);
    await ensureLiveGeneration(bench.database, log, BOTH);
    await bench.foldAll(log);
    nowMs = AFTER_MS;
    await log.append([paid('new', 2)]);
    await expect(bench.foldAll(log)).rejects.toBeInstanceOf(DatedEntryRefused);
    await bench.foldAll(log, [1], BOTH);
    expect(await accountsOf('new')).not.toContain('suspense:cobru-test');
  });

  it('does not swap in a rebuild while live goes past the date', async () => {
    const log = await logBefore([paid('old', 1)]);
    await bench.foldAll(log);
    const { database } = bench;
    const live = await liveGeneration(database);
    const next = await createBuilding(database, log, BOTH);
    await database.query('update ops.checkpoints set last_recorded_at = $1', [new Date(AFTER_MS)]);
    const swap = swapGenerations(database, { live, next, rules: BOTH });
    await expect(swap).rejects.toBeInstanceOf(DatedEntryRefused);
    expect(await liveGeneration(database)).toEqual(live);
  });
});

/** What the log holds past the checkpoints, in a transaction that the caller has still open. */
async function foldRest(tx: Queryable, log: MemoryEventLog, live: Generation): Promise<void> {
  for (let partition = 0; partition < log.partitions; partition += 1) {
    const checkpoint = await readCheckpoint(tx, live, partition);
    const records = (await recordsOf(log, partition)).filter(
      ({ position }) => position >= checkpoint.nextPosition,
    );
    if (records.length === 0) continue;
    await foldBatch(tx, { generation: live, status: 'live' }, { partition, checkpoint, records });
  }
}

function cuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
}

async function logBefore(records: readonly LogRecord[]): Promise<MemoryEventLog> {
  nowMs = BEFORE_MS;
  return bench.logOf(records, { nowMs: () => nowMs });
}

/** A Cobru payment whose cost is explained up to 10.00 COP. */
function paid(reference: string, n: number): LogRecord {
  return cobruLookup(observationId(n), {
    reference,
    asOf: BigInt(n),
    body: {
      url: reference,
      state: 3,
      amount: 50_000,
      payed_amount: 50_000 - 5_950 - 10,
      fee_amount: 5_000,
      iva_amount: 950,
    },
  });
}

/** Whole rows, by partition, in the order of the chains. */
async function entries(): Promise<ReadonlyMap<number, readonly unknown[]>> {
  const { rows } = await bench.database.query<{ partition: number; row: unknown }>(
    `select partition, to_jsonb(e) as row from cuadre.ledger_entries e order by partition, sequence`,
  );
  const chains = Map.groupBy(rows, ({ partition }) => partition);
  return new Map([...chains].map(([partition, chain]) => [partition, chain.map(({ row }) => row)]));
}

async function accountsOf(reference: string): Promise<readonly string[]> {
  const { rows } = await bench.database.query<{ ledger_account: string }>(
    `select distinct ledger_account from cuadre.ledger_entries
      where subject like '%/' || $1 order by 1`,
    [reference],
  );
  return rows.map(({ ledger_account: account }) => account);
}
