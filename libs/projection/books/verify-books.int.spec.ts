import { appendFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paymentStream } from '../../../test/harness/payment-streams.js';
import { SignedBooks } from '../../../test/harness/signed-books.js';
import type { BooksFinding } from './books-finding.js';
import { chainHash } from './entry-chain.js';
import { OLDER_HEAD } from './signed-heads.js';
import { storedEntries } from './stored-entries.js';

let books: SignedBooks;
/** The partition that holds the payments below, and its chain's last sequence. */
let partition: number;
let last: number;

beforeAll(async () => {
  books = await SignedBooks.open();
});

afterAll(() => books.close());

describe('books that nobody touched', () => {
  it('are sound, whatever was folded and however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(paymentStream(), async (records) => {
        await books.fold(records, [3]);
        await books.signHeads();
        expect(await books.verify()).toMatchObject({ isSound: true, findings: [] });
      }),
      { numRuns: 15 },
    );
  });

  it('are vouched for up to the head that was signed last', async () => {
    await foldPayments();
    const verified = await books.verify();
    expect(verified.partitions.find((one) => one.partition === partition)).toMatchObject({
      sequence: BigInt(last),
      vouchedTo: BigInt(last),
    });
    expect(verified.entries).toBeGreaterThan(20n);
  });
});

describe('what a superuser changes in the database', () => {
  beforeEach(() => foldPayments());

  it.each([
    ['an amount', 'amount_minor = amount_minor + 1'],
    ['an account', "ledger_account = 'assets:bank:other'"],
    ['a time by a microsecond', "effective_at = effective_at + interval '1 microsecond'"],
    ['a time by a millisecond', "recorded_at = recorded_at + interval '1 millisecond'"],
    ['a time to infinity', "effective_at = 'infinity'"],
    ['a time before Christ', "effective_at = '2026-06-30 15:41:21.585Z BC'"],
    ['a told time', 'told_at = effective_at'],
    ['a subject', "subject = subject || 'x'"],
    ['the payment that it belongs to', 'subject_id = gen_random_uuid()'],
    ['an event id', 'event_id = gen_random_uuid()'],
    ['an entry id', 'entry_id = gen_random_uuid()'],
    ['an observation id', 'observation_id = gen_random_uuid()'],
    ['a layer', "layer = 'pending'"],
    ['a line', "line = 'other'"],
    ['a reason', "reason = 'because'"],
    ['a currency', "currency = 'EUR'"],
    ['an exponent', 'exponent = exponent + 1'],
    ['a hash', "hash = repeat('a', 64)"],
  ])('is found and located: %s', async (_what, change) => {
    await tamper(`update $books.ledger_entries set ${change} ${at(4)}`);
    const changed = await findings('changed');
    expect(changed[0]).toMatchObject({ partition, sequence: 4n });
    expect(changed[0]?.entryId).toMatch(/^[0-9a-f-]{36}$/);
    // A changed hash also breaks the entry behind it, and nothing else does.
    expect(changed.length).toBe(change.startsWith('hash') ? 2 : 1);
  });

  it('tells what a changed amount throws off: the event and the day', async () => {
    await tamper(`update $books.ledger_entries set amount_minor = amount_minor + 1 ${at(4)}`);
    expect(await kinds()).toEqual(['changed', 'days', 'unbalanced']);
  });

  it('finds a deleted entry, and which one', async () => {
    await tamper(`delete from $books.ledger_entries ${at(5)}`);
    expect(await findings('missing')).toEqual([
      expect.objectContaining({ partition, sequence: 5n, entryId: null }),
    ]);
  });

  it('finds the first entries deleted', async () => {
    await tamper(
      `delete from $books.ledger_entries where partition = ${partition} and sequence <= 3`,
    );
    const [missing] = await findings('missing');
    expect(missing).toMatchObject({ sequence: 1n });
    expect(missing?.detail).toContain('Entries 1 to 3 are gone');
  });

  it.each([
    [3, 4],
    [3, 7],
  ])('finds entries %i and %i swapped, and tells their places', async (one, other) => {
    await tamper(
      `update $books.ledger_entries set sequence = -1 ${at(one)}`,
      `update $books.ledger_entries set sequence = ${one} ${at(other)}`,
      `update $books.ledger_entries set sequence = ${other} ${at(-1)}`,
    );
    expect(await findings('moved')).toEqual([
      expect.objectContaining({
        sequence: BigInt(one),
        detail: expect.stringContaining(`${other}`),
      }),
      expect.objectContaining({
        sequence: BigInt(other),
        detail: expect.stringContaining(`${one}`),
      }),
    ]);
    expect(await findings('changed')).toEqual([]);
  });

  it('finds a tail that was cut off', async () => {
    await tamper(`delete from $books.ledger_entries ${after(last - 2)}`);
    const tail = await findings('tail');
    expect(tail[0]).toMatchObject({ partition, sequence: BigInt(last - 1) });
    expect(tail[0]?.detail).toContain(`the head row stands at ${last}`);
  });

  it('finds a tail that was cut off together with the head row and the sums by day', async () => {
    await tamper(
      `delete from $books.ledger_entries ${after(last - 2)}`,
      HEAD_FOLLOWS,
      ...DAYS_FOLLOW,
    );
    expect(await kinds()).toEqual(['tail']);
    const [tail] = await findings('tail');
    expect(tail).toMatchObject({ partition, sequence: BigInt(last - 1) });
    expect(tail?.detail).toContain(`entry ${last} was signed`);
  });

  it('finds a whole chain that was taken away, head row and all', async () => {
    await tamper(
      `delete from $books.ledger_entries ${after(0)}`,
      `delete from $books.ledger_heads where partition = ${partition}`,
      ...DAYS_FOLLOW,
    );
    expect(await findings('tail')).toEqual([expect.objectContaining({ partition, sequence: 1n })]);
  });

  it('finds a chain that was rewritten with every hash, the head row and the sums', async () => {
    const amount = 'amount_minor = amount_minor * 2';
    const event = `(select event_id from $books.ledger_entries ${at(4)})`;
    await tamper(`update $books.ledger_entries set ${amount} where event_id = ${event}`);
    await rehash();
    await tamper(HEAD_FOLLOWS, ...DAYS_FOLLOW);
    expect(await kinds()).toEqual(['signed-head']);
    const [found] = await findings('signed-head');
    expect(found).toMatchObject({ partition, sequence: 1n });
    expect(found?.detail).toContain(`an entry from 1 to ${last} was changed`);
  });

  it('tells between which heads a rewritten chain was changed', async () => {
    await foldPayments(2);
    const signed = (await headsOfPartition()).map(({ sequence }) => sequence);
    expect(signed.length).toBeGreaterThan(1);
    const [first = 0n, second = 0n] = signed;
    await tamper(`update $books.ledger_entries set line = 'x' ${at(Number(second))}`);
    await rehash();
    await tamper(HEAD_FOLLOWS);
    const [found] = await findings('signed-head');
    expect(found?.detail).toContain(`from ${first + 1n} to ${second} was changed`);
  });

  it.each([
    ['its hash', `hash = repeat('0', 64)`, 'head'],
    ['its sequence, forward', 'sequence = sequence + 1', 'tail'],
    ['its sequence, backward', 'sequence = sequence - 1', 'head'],
  ])('finds the head row changed in %s', async (_what, change, kind) => {
    await tamper(`update $books.ledger_heads set ${change} where partition = ${partition}`);
    expect(await kinds()).toEqual([kind]);
  });

  it('finds the head row taken away', async () => {
    await tamper(`delete from $books.ledger_heads where partition = ${partition}`);
    expect(await findings('head')).toEqual([
      expect.objectContaining({ partition, sequence: BigInt(last) }),
    ]);
  });

  it.each([
    ['more', 'update $books.ledger_days set debit_minor = debit_minor + 1'],
    ['fewer', 'delete from $books.ledger_days'],
    ['others', `update $books.ledger_days set recorded_day = recorded_day + 1`],
  ])('finds sums by day that are not those of the entries: %s', async (_what, change) => {
    await tamper(`${change} where partition = ${partition} and ledger_account like 'assets:%'`);
    expect(await kinds()).toEqual(['days']);
    const [found] = await findings('days');
    expect(found?.detail).toContain('assets:');
  });

  it('finds an entry that was added to the end', async () => {
    await tamper(
      `insert into $books.ledger_entries
       select (jsonb_populate_record(e, '{"sequence": ${last + 1}}')).* from $books.ledger_entries e
       ${at(last)}`,
    );
    expect(await findings('head')).toEqual([
      expect.objectContaining({ sequence: BigInt(last + 1) }),
    ]);
    expect(await kinds()).toEqual(['changed', 'days', 'head', 'unbalanced']);
  });

  it('finds an entry in a partition that has no books', async () => {
    await tamper(`update $books.ledger_entries set partition = 99 ${at(last)}`);
    expect(await kinds()).toContain('tail');
    expect(await findings('missing')).toEqual([
      expect.objectContaining({ partition: 99, sequence: 1n }),
    ]);
  });

  it('finds the guards switched off', async () => {
    await tamper('alter table $books.ledger_entries disable trigger unchanged');
    await tamper('drop trigger balanced on $books.ledger_entries');
    const guards = await findings('guard');
    expect(guards.map(({ detail }) => detail).join()).toMatch(/balanced .* gone.*unchanged .* off/);
  });
});

describe('signed heads', () => {
  beforeEach(() => foldPayments());

  it('of another key, or changed, vouch for nothing', async () => {
    const [head] = await headsOfPartition();
    const forged = { ...head, sequence: String(last), hash: 'f'.repeat(64) };
    await appendFile(books.headsFile, `${JSON.stringify(forged)}\n`);
    const unknown = { ...forged, keyId: `ed25519-${'0'.repeat(32)}` };
    await appendFile(books.headsFile, `${JSON.stringify(unknown)}\n`);
    const found = await findings('signed-head');
    expect(found.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('a signature that is not of'),
      expect.stringContaining('whose public half is not here'),
    ]);
  });

  it('that a power cut tore are no finding, and swallow none that follows', async () => {
    await appendFile(books.headsFile, '{"partition":0,"seq');
    await books.signHeads();
    const verified = await books.verify();
    expect(verified).toMatchObject({ isSound: true, signed: { unreadableLines: 1 } });
    expect(verified.signed.heads).toBe(2 * verified.partitions.length);
  });
});

describe('the database itself refuses', () => {
  beforeEach(() => foldPayments());

  it.each([
    [
      'entries that do not sum to zero',
      `insert into $books.ledger_entries
       select (jsonb_populate_record(e, jsonb_build_object(
         'sequence', e.sequence + 1000, 'event_id', gen_random_uuid()))).*
         from $books.ledger_entries e where amount_minor > 0`,
      /are off by/,
    ],
    ['a change', 'update $books.ledger_entries set amount_minor = 1', /never changed/],
    ['a deletion', 'delete from $books.ledger_entries', /never changed/],
    ['a truncation', 'truncate $books.ledger_entries', /never changed/],
  ])('%s by direct SQL', async (_what, statement, message) => {
    const run = books.bench.database.query(statement.replaceAll('$books', books.schema));
    await expect(run).rejects.toThrow(message);
    expect((await books.verify()).isSound).toBe(true);
  });
});

/** Payments, refunds and fees in one partition and others, with signed heads after each round. */
async function foldPayments(rounds = 1): Promise<void> {
  const { bench } = books;
  const events = ['processing', 'succeeded', 'refunded'];
  const records = Array.from({ length: 12 }, (_, index) =>
    events.map((event) => bench.mintcashEvent(`pay-${index}`, event)),
  ).flat();
  if (rounds > 1) {
    await books.fold(records.slice(0, 18));
    await books.signHeads();
    await books.append(records.slice(18));
  } else {
    await books.fold(records);
  }
  await books.signHeads();
  const { rows } = await bench.database.query<{ partition: number; sequence: string }>(
    'select partition, sequence from cuadre.ledger_heads order by sequence desc limit 1',
  );
  partition = rows[0]?.partition ?? 0;
  last = Number(rows[0]?.sequence ?? 0);
  expect(last).toBeGreaterThan(8);
}

function at(sequence: number): string {
  return `where partition = ${partition} and sequence = ${sequence}`;
}

function after(sequence: number): string {
  return `where partition = ${partition} and sequence > ${sequence}`;
}

function tamper(...statements: readonly string[]): Promise<void> {
  return books.tamper(...statements);
}

async function findings(kind: BooksFinding['kind']): Promise<readonly BooksFinding[]> {
  const verified = await books.verify();
  expect(verified.isSound).toBe(verified.findings.length === 0);
  return verified.findings.filter((finding) => finding.kind === kind);
}

async function kinds(): Promise<readonly string[]> {
  const verified = await books.verify();
  return [...new Set(verified.findings.map(({ kind }) => kind))].sort();
}

async function headsOfPartition() {
  const heads = [];
  for await (const head of books.signed.files.read()) {
    if (head !== null && head !== OLDER_HEAD && head.partition === partition) heads.push(head);
  }
  return heads;
}

/** Gives every entry of the partition the hash that follows, as somebody who knows the format would. */
async function rehash(): Promise<void> {
  const source = { db: books.bench.database, schema: books.schema };
  let hash = '0'.repeat(64);
  for await (const page of storedEntries(source, { partition })) {
    for (const { entry, sequence } of page) {
      if (entry === null) throw new Error('A column cannot be read.');
      hash = chainHash(hash, entry);
      await tamper(`update $books.ledger_entries set hash = '${hash}' ${at(Number(sequence))}`);
    }
  }
}

const HEAD_FOLLOWS = `update $books.ledger_heads h set (sequence, hash) = (
  select sequence, hash from $books.ledger_entries e where e.partition = h.partition
   order by sequence desc limit 1)`;

const DAYS_FOLLOW = [
  'delete from $books.ledger_days',
  `insert into $books.ledger_days
   select partition, ledger_account, layer, currency, exponent,
          (effective_at at time zone 'UTC')::date, (recorded_at at time zone 'UTC')::date,
          coalesce(sum(amount_minor) filter (where amount_minor > 0), 0),
          coalesce(-sum(amount_minor) filter (where amount_minor < 0), 0), count(*)
     from $books.ledger_entries group by 1, 2, 3, 4, 5, 6, 7`,
];
