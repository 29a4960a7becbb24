import { appendFile, readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booksStream, closePeriod } from '../../../test/harness/books-streams.js';
import { SignedBooks } from '../../../test/harness/signed-books.js';
import type { BooksFinding } from './books-finding.js';

const PARTITIONS = 3;
/** What `mintcashEvent` is dated, 2026-06-30, lies before the second close and after the first one. */
const FIRST = '2026-06-20';
const SECOND = '2026-07-02';

let books: SignedBooks;
let partition: number;

beforeAll(async () => {
  books = await SignedBooks.open();
});

afterAll(() => books.close());

describe('closed periods that nobody touched', () => {
  it('are sound, whatever was folded and whenever it was signed', async () => {
    await fc.assert(
      fc.asyncProperty(booksStream(PARTITIONS), booksStream(PARTITIONS), async (early, late) => {
        await books.fold(early, [3]);
        await books.signHeads();
        await books.append(late);
        await books.signHeads();
        await books.append(closePeriod('2026-07-01', PARTITIONS));
        expect(await books.verify()).toMatchObject({ isSound: true, findings: [] });
        await books.signHeads();
        expect(await books.verify()).toMatchObject({ isSound: true, findings: [] });
      }),
      { numRuns: 12 },
    );
  });

  it('are vouched for in a partition that has no entries', async () => {
    await books.fold(closePeriod(FIRST, PARTITIONS));
    expect(await books.signHeads()).toHaveLength(PARTITIONS);
    expect(await books.verify()).toMatchObject({ isSound: true });
    await tamper(`update $books.ledger_heads set closed_until = null`, forgedClose('delete'));
    expect(await periods()).toHaveLength(PARTITIONS);
  });
});

describe('what a superuser changes of the closed periods', () => {
  beforeEach(() => foldPeriods());

  it.each([
    ['opened again', 'null'],
    ['opened in part', "'2026-06-25T00:00:00Z'"],
    ['closed further', "'2026-08-01T00:00:00Z'"],
    ['closed further by a microsecond', "closed_until + interval '1 microsecond'"],
    ['closed for ever', "'infinity'"],
  ])('is found and located: the head row %s', async (_what, closedUntil) => {
    await tamper(`update $books.ledger_heads set closed_until = ${closedUntil} ${here()}`);
    const [finding] = await periods();
    expect(finding).toMatchObject({ partition, sequence: await lastSequence() });
    expect(finding?.detail).toContain('The head row is closed until');
  });

  it.each([
    ['taken out', forgedClose('delete'), 'null'],
    ['put back', forgedClose('earlier'), "'2026-06-25T00:00:00Z'"],
    ['put forward', forgedClose('later'), "'2026-08-01T00:00:00Z'"],
    ['made up', forgedClose('insert'), "'2026-08-01T00:00:00Z'"],
  ])('is found though the head row follows: a close %s', async (_what, change, closedUntil) => {
    await tamper(change, `update $books.ledger_heads set closed_until = ${closedUntil}`);
    const found = await periods();
    expect(new Set(found.map((one) => one.partition))).toContain(partition);
    const signed = found.filter(({ detail }) => detail.includes('were signed at'));
    expect(signed.map((one) => one.partition)).toContain(partition);
  });

  it('finds an entry that counts in a closed period, and one that was put off for none', async () => {
    // Without heads that were signed, by the entries alone.
    await tamper(
      `update $books.ledger_periods set sequence = sequence - 2 ${here()} and period_id = '${SECOND}'`,
    );
    const [early] = (await periods()).filter(({ entryId }) => entryId !== null);
    expect(early).toMatchObject({ partition, sequence: expect.any(BigInt) as unknown });
    expect(early?.detail).toContain('but the books were closed until');
    await foldPeriods();
    await tamper(`delete from $books.ledger_periods ${here()} and period_id = '${SECOND}'`);
    const late = (await periods()).filter(({ entryId }) => entryId !== null);
    expect(late.length).toBeGreaterThan(0);
  });

  it('finds a signed head whose closed period was changed in the file', async () => {
    const lines = (await readFile(books.headsFile, 'utf8')).trimEnd().split('\n');
    const changed = (lines.at(-1) ?? '').replace(`${SECOND}T00`, '2026-06-01T00');
    expect(changed).not.toBe(lines.at(-1));
    await appendFile(books.headsFile, `${changed}\n`);
    const { findings } = await books.verify();
    expect(findings).toMatchObject([{ kind: 'signed-head' }]);
  });
});

describe('a head of the former format', () => {
  it('is counted and not compared', async () => {
    await foldPeriods();
    const [line = ''] = (await readFile(books.headsFile, 'utf8')).split('\n');
    await appendFile(books.headsFile, `${line.replace(/"closedUntil":[^,]+,/, '')}\n`);
    const verified = await books.verify();
    expect(verified).toMatchObject({
      isSound: true,
      signed: { olderLines: 1, unreadableLines: 0 },
    });
  });
});

/** Statements about the second close, in every partition. */
function forgedClose(how: 'delete' | 'earlier' | 'later' | 'insert'): string {
  const set = (until: string) =>
    `update $books.ledger_periods set until = '${until}' where period_id = '${SECOND}'`;
  switch (how) {
    case 'delete':
      return 'delete from $books.ledger_periods';
    case 'earlier':
      return set('2026-06-25T00:00:00Z');
    case 'later':
      return set('2026-08-01T00:00:00Z');
    case 'insert':
      return `insert into $books.ledger_periods
        select partition, position + 1000, '2026-07', '2026-08-01T00:00:00Z', observation_id, 0,
               recorded_at - interval '1 hour'
          from $books.ledger_periods where period_id = '${SECOND}'`;
  }
}

/** Payments before and behind two closes, with signed heads after each step. */
async function foldPeriods(): Promise<void> {
  const { bench } = books;
  const events = (event: string) =>
    Array.from({ length: 6 }, (_, index) => bench.mintcashEvent(`pay-${index}`, event));
  await books.fold([...events('succeeded'), ...closePeriod(FIRST, PARTITIONS)]);
  await books.signHeads();
  await books.append(closePeriod(SECOND, PARTITIONS));
  await books.append(events('refunded'));
  await books.signHeads();
  const { rows } = await bench.database.query<{ partition: number }>(
    `select partition from cuadre.ledger_entries where told_at is not null
      group by 1 order by count(*) desc limit 1`,
  );
  partition = rows[0]?.partition ?? -1;
  expect((await books.verify()).isSound).toBe(true);
}

function here(): string {
  return `where partition = ${partition}`;
}

function tamper(...statements: readonly string[]): Promise<void> {
  return books.tamper(...statements);
}

async function periods(): Promise<readonly BooksFinding[]> {
  const { findings } = await books.verify();
  return findings.filter(({ kind }) => kind === 'period');
}

async function lastSequence(): Promise<bigint> {
  const { rows } = await books.bench.database.query<{ sequence: string }>(
    `select sequence from cuadre.ledger_heads where partition = $1`,
    [partition],
  );
  return BigInt(rows[0]?.sequence ?? 0);
}
