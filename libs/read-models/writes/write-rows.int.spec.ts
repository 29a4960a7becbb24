import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { openDatabase, type Database } from '../database.js';
import type { FoldTable } from '../fold/fold-tables.js';
import { writeRows } from './write-rows.js';

const TABLE: FoldTable = {
  name: 'samples',
  columns: [
    ['id', 'bigint not null'],
    ['word', 'text'],
    ['words', 'text[] not null'],
    ['amount', 'numeric(38,0)'],
  ],
  primaryKey: ['id'],
  indexes: [],
};

let spec: SpecDatabase;
let database: Database;

beforeAll(async () => {
  spec = await createDatabase();
  database = openDatabase({ url: spec.url, poolMax: 1, applicationName: 's', onError: () => {} });
  await database.query('create schema s');
  await database.query(
    'create table s.samples (id bigint primary key, word text, words text[], amount numeric(38,0))',
  );
});

afterAll(async () => {
  await database.end();
  await spec.drop();
});

describe('writeRows', () => {
  it('keeps every text as it is, whatever it looks like', async () => {
    const hostile = fc.constantFrom('', 'null', 'NULL', '{}', '{a,b}', '"', '\\', ',', ' ', 'a\nb');
    const text = fc.oneof(
      hostile,
      fc.string({ unit: 'grapheme' }).map((one) => one.replaceAll('\u0000', '')),
    );
    const row = fc.record({
      word: fc.option(text),
      words: fc.array(text, { maxLength: 4 }),
      amount: fc.option(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        await database.query('truncate s.samples');
        await writeRows(database, {
          schema: 's',
          table: TABLE,
          rows: rows.map(({ word, words, amount }, id) => [BigInt(id), word, words, amount]),
          mode: 'insert',
        });
        const stored = await database.query('select * from s.samples order by id');
        expect(stored.rows).toEqual(
          rows.map(({ word, words, amount }, id) => ({
            id: String(id),
            word,
            words,
            amount: amount?.toString() ?? null,
          })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['insert-missing', 'old'],
    ['upsert', 'new'],
  ] as const)('%s leaves %s where a row is there already', async (mode, word) => {
    await database.query('truncate s.samples');
    const write = (text: string) =>
      writeRows(database, { schema: 's', table: TABLE, rows: [[1, text, [], null]], mode });
    await write('old');
    await write('new');
    const { rows } = await database.query<{ word: string }>('select word from s.samples');
    expect(rows).toEqual([{ word }]);
  });
});
