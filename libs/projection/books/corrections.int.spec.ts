import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import { subjectIdOf } from '#events/ids.js';
import type { LogRecord } from '#events/record.js';
import { POSTING_RULES, type PostingRule, type PostingRules } from '#ledger/posting/rules.js';
import { booksStream, closePeriod, rulingOn } from '../../../test/harness/books-streams.js';
import { expectEqualsPureFold } from '../../../test/harness/equals-pure-fold.js';
import { cobruLookup } from '../../../test/harness/observe.js';
import { never, observationId, ProjectionBench } from '../../../test/harness/projection-bench.js';
import { ensureLiveGeneration } from '../generations.js';
import { diffBooks, type PaymentDifference } from './diff-books.js';

const BEFORE_MS = Date.parse('2099-06-10T00:00:00.000Z');
const FROM = '2099-06-20T00:00:00.000Z';
const AFTER_MS = Date.parse('2099-06-30T00:00:00.000Z');
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
const ODD = 'cobru-test/payment/odd';

let bench: ProjectionBench;
let nowMs = BEFORE_MS;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('a correction', () => {
  it('posts what the diff proposed, leaves earlier entries, and then nothing differs', async () => {
    const log = await foldedBefore([paid('odd', 1), paid('other', 2)]);
    const before = await entries();
    const proposed = await diff(log);
    expect(proposed.map(({ subject }) => subject)).toEqual([ODD, 'cobru-test/payment/other']);

    await append(
      log,
      proposed.map(({ subject }, n) => rulingOn(subject, { provider: 'cobru', n })),
    );
    const after = await entries();
    for (const [partition, chain] of before) {
      expect(after.get(partition)?.slice(0, chain.length)).toEqual(chain);
    }
    expect(await diff(log)).toEqual([]);
    expect(await postedByRuling(ODD)).toEqual([
      { account: 'expenses:fees:cobru-test', minor: '96000', line: 'cost', told_at: null },
      { account: 'expenses:taxes:cobru-test', minor: '-95000', line: 'cost', told_at: null },
      { account: 'suspense:cobru-test', minor: '-1000', line: 'cost', told_at: null },
    ]);
    expect(await bench.rebuild(log, false, BOTH)).toMatchObject({ isSame: true });
    expect(await entries()).toEqual(after);
  });

  it('posts once, however often it is ruled or delivered, and nothing where the rule holds already', async () => {
    const log = await foldedBefore([paid('odd', 1)]);
    const ruling = rulingOn(ODD, { provider: 'cobru', n: 1 });
    await append(log, [ruling]);
    const after = await entries();
    await append(log, [ruling, rulingOn(ODD, { provider: 'cobru', n: 2 })]);
    expect(await entries()).toEqual(after);
  });

  it('counts from the open period where the payment lies in a closed one, and tells its own time', async () => {
    const log = await foldedBefore([paid('odd', 1)]);
    await append(log, [
      ...closePeriod('2099-06-28', 3),
      rulingOn(ODD, { provider: 'cobru', n: 1 }),
    ]);
    const { rows } = await bench.database.query<{ at: Date; told: Date | null }>(
      `select distinct effective_at as at, told_at as told from cuadre.ledger_entries
        where event_id in (select event_id from cuadre.deliveries where kind = 'ruling')`,
    );
    expect(rows).toEqual([
      { at: new Date('2099-06-28T00:00:00.000Z'), told: expect.any(Date) as unknown },
    ]);
  });

  it('follows the rule in force when the log took it, also where a later rule comes', async () => {
    const third: PostingRule = {
      ...POSTING_RULES[0],
      name: 'third',
      effectiveFrom: '2099-07-20T00:00:00.000Z',
    };
    const log = await foldedBefore([paid('odd', 1)]);
    await append(log, [rulingOn(ODD, { provider: 'cobru', n: 1 })]);
    const after = await entries();
    const all: PostingRules = [...BOTH, third];
    await ensureLiveGeneration(bench.database, log, all);
    nowMs = Date.parse('2099-07-30T00:00:00.000Z');
    await log.append([paid('odd', 9)]);
    await bench.foldAll(log, [1], all);
    expect(await entries()).toEqual(after);
  });

  it('shows in the deliveries with its code and reference, and as what its entries come from', async () => {
    const log = await foldedBefore([paid('odd', 1)]);
    await append(log, [rulingOn(ODD, { provider: 'cobru', n: 1 })]);
    const { rows } = await bench.database.query(
      `select kind, trust, outcome, event_type, provider_references, subject_id
         from cuadre.deliveries where kind = 'ruling'`,
    );
    expect(rows).toEqual([
      {
        kind: 'ruling',
        trust: 'operator',
        outcome: 'applied',
        event_type: 'correction.rule-change',
        provider_references: ['CHG-1'],
        subject_id: subjectIdOf(ODD),
      },
    ]);
  });

  it('has no effect where it cannot be read, and holds nobody up', async () => {
    const log = await foldedBefore([paid('odd', 1)]);
    const before = await entries();
    await append(log, [
      rulingOn(ODD, { provider: 'cobru', n: 1, code: 'because' }),
      { ...rulingOn(ODD, { provider: 'cobru', n: 2 }), value: Buffer.from('no facts') },
      rulingOn('nobody-test/payment/x', { provider: 'nobody', n: 3 }),
    ]);
    expect(await entries()).toEqual(before);
  });
});

describe('the fold with corrections in the stream', () => {
  it('gives the same rows however the log is cut, and a rebuild finds the same', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(3), booksStream(3), cuts(), async (early, late, sizes) => {
        const log = await foldedBefore(early);
        await append(log, late, sizes);
        await expectEqualsPureFold(bench.database, log, BOTH);
        expect(await bench.rebuild(log, false, BOTH)).toMatchObject({ isSame: true });
      }),
      { numRuns: 12 },
    );
  });
});

function cuts(): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
}

/** Folded before the second rule, which is known now. */
async function foldedBefore(records: readonly LogRecord[]): Promise<MemoryEventLog> {
  nowMs = BEFORE_MS;
  const log = await bench.logOf(records, { nowMs: () => nowMs });
  await bench.foldAll(log);
  await ensureLiveGeneration(bench.database, log, BOTH);
  return log;
}

/** When the second rule is in force. */
async function append(
  log: MemoryEventLog,
  records: readonly LogRecord[],
  sizes: readonly number[] = [1000],
): Promise<void> {
  nowMs = AFTER_MS;
  await log.append(records);
  await bench.foldAll(log, sizes, BOTH);
}

/** What a correction of everything would change now. */
async function diff(log: MemoryEventLog): Promise<readonly PaymentDifference[]> {
  const list: PaymentDifference[] = [];
  const result = await diffBooks(
    { database: bench.database, log },
    {
      rules: BOTH,
      rule: null,
      at: new Date(AFTER_MS).toISOString(),
      signal: never,
      onProgress: () => undefined,
      onDifference: (difference) => list.push(difference),
    },
  );
  expect(result.drifted).toBe(0);
  return list.sort((a, b) => (a.subject < b.subject ? -1 : 1));
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

async function entries(): Promise<ReadonlyMap<number, readonly unknown[]>> {
  const { rows } = await bench.database.query<{ partition: number; row: unknown }>(
    `select partition, to_jsonb(e) as row from cuadre.ledger_entries e order by partition, sequence`,
  );
  const chains = Map.groupBy(rows, ({ partition }) => partition);
  return new Map([...chains].map(([partition, chain]) => [partition, chain.map(({ row }) => row)]));
}

async function postedByRuling(subject: string): Promise<readonly unknown[]> {
  const { rows } = await bench.database.query(
    `select ledger_account as account, amount_minor as minor, line, told_at
       from cuadre.ledger_entries join cuadre.deliveries using (event_id)
      where kind = 'ruling' and ledger_entries.subject = $1 order by 1`,
    [subject],
  );
  return rows;
}
