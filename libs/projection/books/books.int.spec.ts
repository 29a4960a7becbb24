import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { StoredRecord } from '#events/record.js';
import { POSTING_RULES } from '#ledger/posting/rules.js';
import { inTransaction, type Queryable } from '#read-models/database.js';
import { BooksOracle } from '../../../test/harness/books-oracle.js';
import { booksStream, closePeriod } from '../../../test/harness/books-streams.js';
import { mintcashWebhook } from '../../../test/harness/observe.js';
import {
  never,
  observationId,
  ProjectionBench,
  quiet,
  recordsOf,
} from '../../../test/harness/projection-bench.js';
import { readCheckpoint } from '../checkpoint.js';
import { foldBatch } from '../fold-batch.js';
import { liveGeneration } from '../generations.js';
import { ProjectionHandler } from '../projection-handler.js';
import { diffBooks } from './diff-books.js';

const PARTITIONS = 3;
let bench: ProjectionBench;

beforeAll(async () => {
  bench = await ProjectionBench.open();
});

afterAll(() => bench.close());

describe('the books', () => {
  it('equal a bookkeeper of the table, and balance at every prefix, whatever the fold went through', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(PARTITIONS), roads(), async (records, road) => {
        const log = await bench.logOf(records);
        for (let partition = 0; partition < log.partitions; partition += 1) {
          await travel(await recordsOf(log, partition), { partition, road });
        }
        await expectBooks(log);
      }),
      { numRuns: 40 },
    );
  });

  it('have the same entries and chain heads after a rebuild', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(PARTITIONS), async (records) => {
        const log = await bench.logOf(records);
        await bench.foldAll(log, [3, 1, 7]);
        const before = await chains();
        expect(await bench.rebuild(log)).toMatchObject({ isSame: true, hasSwapped: true });
        expect(await chains()).toEqual(before);
      }),
      { numRuns: 6 },
    );
  });

  it('show no difference in a dry run of the rule that they follow', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(PARTITIONS), async (records) => {
        const log = await bench.logOf(records);
        await bench.foldAll(log);
        const result = await diffBooks(
          { database: bench.database, log },
          {
            rule: POSTING_RULES[0],
            at: '2026-06-30T00:00:00.000Z',
            signal: never,
            onProgress: () => undefined,
            onDifference: () => undefined,
          },
        );
        expect(result).toMatchObject({ differing: 0, drifted: 0, accounts: [] });
      }),
      { numRuns: 15 },
    );
  });

  it('date what is told late to when it happened, and into the open period once that is closed', async () => {
    const refund = (id: string, day: string, n: number) =>
      mintcashWebhook(observationId(n), {
        eventId: id,
        event: 'refund.succeeded',
        type: 'payment',
        environment: 'test',
        createdAt: `2026-06-${day}T10:00:00.000Z`,
        data: {
          id: 'p1',
          status: 'succeeded',
          amount: 25,
          currency: 'USD',
          refund: { id, amount: 4, currency: 'USD', status: 'succeeded' },
        },
      });
    const log = await bench.logOf([
      bench.mintcashEvent('p1', 'succeeded'),
      refund('r1', '05', 101),
      ...closePeriod('2026-06-10', PARTITIONS),
      refund('r2', '06', 102),
    ]);
    await bench.foldAll(log, [1]);
    const { rows } = await bench.database.query<Record<string, unknown>>(
      `select line, effective_at, told_at from cuadre.ledger_entries
        where line like 'refund:%' and amount_minor > 0 order by sequence`,
    );
    expect(rows).toEqual([
      { line: 'refund:r1', effective_at: new Date('2026-06-05T10:00:00.000Z'), told_at: null },
      {
        line: 'refund:r2',
        effective_at: new Date('2026-06-10T00:00:00.000Z'),
        told_at: new Date('2026-06-06T10:00:00.000Z'),
      },
    ]);
    await expectBooks(log);
  });
});

type Fault = 'none' | 'redeliver' | 'crash';
type Road = readonly {
  readonly size: number;
  readonly fault: Fault;
  readonly statements: number;
}[];

/** Cuts of batches, what happens to each, and after how many statements a crash comes. */
function roads(): fc.Arbitrary<Road> {
  return fc.array(
    fc.record({
      size: fc.integer({ min: 1, max: 9 }),
      fault: fc.constantFrom<Fault>('none', 'redeliver', 'crash'),
      statements: fc.integer({ min: 0, max: 25 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
}

async function travel(
  records: readonly StoredRecord[],
  { partition, road }: { readonly partition: number; readonly road: Road },
): Promise<void> {
  for (let start = 0, step = 0; start < records.length; step += 1) {
    const { size = 1, fault = 'none', statements = 0 } = road[step % road.length] ?? {};
    const batch = { partition, records: records.slice(start, start + size), signal: never };
    if (fault === 'crash') await crash(batch, statements);
    const owner = new ProjectionHandler(bench.database, quiet);
    await owner.nextPosition(partition);
    await owner.handle(batch);
    if (fault === 'redeliver') await owner.handle(batch);
    start += size;
  }
}

/** Dies after so many statements of the batch's transaction, at the latest before its commit. */
async function crash(
  { partition, records }: { readonly partition: number; readonly records: readonly StoredRecord[] },
  statements: number,
): Promise<void> {
  const generation = await liveGeneration(bench.database);
  const checkpoint = await readCheckpoint(bench.database, generation, partition);
  let left = statements;
  const died = inTransaction(bench.database, async (tx) => {
    const query = (...args: Parameters<Queryable['query']>): unknown => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return tx.query(...args);
    };
    const dying = { query: query as Queryable['query'] };
    await foldBatch(dying, { generation, status: 'live' }, { partition, checkpoint, records });
    throw new Error('killed');
  });
  await expect(died).rejects.toThrow('killed');
}

type EntryRow = {
  readonly partition: number;
  readonly sequence: string;
  readonly event_id: string;
  readonly subject: string;
  readonly layer: string;
  readonly ledger_account: string;
  readonly currency: string;
  readonly exponent: number;
  readonly amount_minor: string;
  readonly effective_at: Date;
};

async function expectBooks(log: MemoryEventLog): Promise<void> {
  const oracle = new BooksOracle();
  for (let partition = 0; partition < log.partitions; partition += 1) {
    for (const record of await recordsOf(log, partition)) oracle.record(record);
  }
  const { rows } = await bench.database.query<EntryRow>(
    'select * from cuadre.ledger_entries order by partition, sequence',
  );
  expectBalancedPrefixes(rows);
  const journal = new Map<string, bigint>();
  for (const row of rows) {
    const { partition, subject, event_id, layer, ledger_account, currency, exponent } = row;
    const at = row.effective_at.toISOString();
    const key = [partition, subject, event_id, layer, ledger_account, currency, exponent, at];
    const text = key.join(' ');
    journal.set(text, (journal.get(text) ?? 0n) + BigInt(row.amount_minor));
  }
  expect(new Map([...journal].filter(([, minor]) => minor !== 0n).sort())).toEqual(
    oracle.journal(),
  );
  await expectDays();
  await expectOpenItems();
}

/** After each event of each partition, every currency of every layer sums to zero. */
function expectBalancedPrefixes(rows: readonly EntryRow[]): void {
  const sums = new Map<string, bigint>();
  for (const [index, row] of rows.entries()) {
    const key = `${row.partition} ${row.layer} ${row.currency} ${row.exponent}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(row.amount_minor));
    const next = rows[index + 1];
    if (next?.partition === row.partition && next.event_id === row.event_id) continue;
    const open = [...sums].filter(([, minor]) => minor !== 0n);
    expect(open, `after entry ${row.partition}/${row.sequence}`).toEqual([]);
  }
}

/** The sums by day are those of the entries, and each head is its partition's last entry. */
async function expectDays(): Promise<void> {
  const { rows: days } = await bench.database.query(
    `(select partition, ledger_account, layer, currency, exponent, effective_day, recorded_day,
             debit_minor, credit_minor, entries from cuadre.ledger_days
      except
      select partition, ledger_account, layer, currency, exponent,
             (effective_at at time zone 'UTC')::date, (recorded_at at time zone 'UTC')::date,
             coalesce(sum(amount_minor) filter (where amount_minor > 0), 0),
             coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0), count(*)
        from cuadre.ledger_entries group by 1, 2, 3, 4, 5, 6, 7)`,
  );
  expect(days).toEqual([]);
  const { rows: sums } = await bench.database.query(
    `select (select coalesce(sum(entries), 0) from cuadre.ledger_days) as days,
            (select count(*) from cuadre.ledger_entries) as entries`,
  );
  expect(sums).toEqual([{ days: sums[0]?.entries, entries: sums[0]?.entries }]);
  const { rows: heads } = await bench.database.query(
    `select h.partition from cuadre.ledger_heads h left join lateral (
       select sequence, hash from cuadre.ledger_entries e
        where e.partition = h.partition order by sequence desc limit 1) last on true
      where (h.sequence, h.hash) is distinct from
            (coalesce(last.sequence, 0), coalesce(last.hash, h.hash))`,
  );
  expect(heads).toEqual([]);
}

/**
 * What is open is what the entries leave, subject by subject and in suspense line by line; so the sum over
 * an account is its balance. A refund counts with the payment that its row names.
 */
async function expectOpenItems(): Promise<void> {
  const left = `
    select subject_id, subject, ledger_account, currency, exponent,
           case when starts_with(ledger_account, 'suspense:') then line else '' end as line,
           sum(amount_minor) as amount_minor
      from cuadre.ledger_entries
     where layer = 'posted' and ledger_account ~ '^(assets:provider|suspense):'
     group by 1, 2, 3, 4, 5, 6 having sum(amount_minor) <> 0`;
  const open = `
    select subject_id, subject, ledger_account, currency, exponent, line, amount_minor
      from cuadre.open_items`;
  const { rows } = await bench.database.query(
    `((${left}) except all (${open})) union all ((${open}) except all (${left}))`,
  );
  expect(rows).toEqual([]);
  const { rows: astray } = await bench.database.query(
    `select item.* from cuadre.open_items item left join cuadre.payments p
         on p.payment_id = item.subject_id
      where root_id <> case when p.kind = 'refund' then coalesce(p.parent_id, item.subject_id)
                            else item.subject_id end
         or (reason is null) = (ledger_account like 'suspense:%')`,
  );
  expect(astray).toEqual([]);
}

async function chains(): Promise<unknown> {
  const entries = await bench.database.query(
    `select partition, sequence, entry_id, hash from cuadre.ledger_entries order by 1, 2`,
  );
  const heads = await bench.database.query(
    'select partition, sequence, hash, closed_until from cuadre.ledger_heads order by 1',
  );
  return [entries.rows, heads.rows];
}
