import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type SpecDatabase } from '../../../test/harness/postgres.js';
import { openDatabase, type Database } from '../database.js';
import type { FoldTable } from '../fold/fold-table.js';
import { arrayParameter } from './array-parameters.js';
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

  it('keeps every number, time, id and byte as it is, up to the ends of what its column holds', async () => {
    const table: FoldTable = {
      name: 'numbers',
      columns: [
        ['id', 'int not null'],
        ['small', 'smallint'],
        ['big', 'bigint'],
        ['uuid', 'uuid'],
        ['flag', 'boolean'],
        ['at', 'timestamptz'],
        ['bytes', 'bytea'],
      ],
      primaryKey: ['id'],
      indexes: [],
    };
    const columns = table.columns.map(([name, type]) => `${name} ${type}`).join(', ');
    await database.query(`create table s.numbers (${columns}, primary key (id))`);
    const ends = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
    const instant = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    const row = fc.record({
      small: fc.option(fc.integer({ min: -32_768, max: 32_767 })),
      big: fc.option(fc.oneof(fc.bigInt(ends), fc.constantFrom(ends.min, ends.max))),
      uuid: fc.option(fc.uuid()),
      flag: fc.option(fc.boolean()),
      at: fc.option(instant),
      isText: fc.boolean(),
      bytes: fc.option(fc.uint8Array({ maxLength: 300 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        await database.query('truncate s.numbers');
        await writeRows(database, {
          schema: 's',
          table,
          rows: rows.map(({ small, big, uuid, flag, at, isText, bytes }, id) => [
            id,
            small,
            big,
            uuid,
            flag,
            at === null ? null : isText ? at.toISOString() : at.getTime(),
            bytes === null ? null : Buffer.from(bytes),
          ]),
          mode: 'insert',
        });
        const stored = await database.query(
          `select *, (extract(epoch from at) * 1000)::bigint as at from s.numbers order by id`,
        );
        expect(stored.rows).toEqual(
          rows.map(({ small, big, uuid, flag, at, bytes }, id) => ({
            id,
            small,
            big: big?.toString() ?? null,
            uuid,
            flag,
            at: at?.getTime().toString() ?? null,
            bytes: bytes === null ? null : Buffer.from(bytes),
          })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['uuid', 'not-a-uuid'],
    ['uuid', '00000000-0000-7000-8000-00000000000g'],
    ['timestamptz', 'no time'],
    ['smallint', 40_000],
    ['int', 2 ** 31],
    ['bigint', 2n ** 63n],
  ] as const)('refuses for a column of type %s what it cannot hold: %s', (type, value) => {
    expect(() => arrayParameter(type, [value])).toThrow(RangeError);
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
