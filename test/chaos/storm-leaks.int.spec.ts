import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase, type Database } from '#read-models/database.js';
import { createDatabase, type SpecDatabase } from '../harness/postgres.js';
import { CANARIES } from './storm-canaries.js';
import { checkTables } from './storm-leaks.js';

const [WORD, DIGITS] = CANARIES;
let created: SpecDatabase;
let database: Database;

beforeAll(async () => {
  created = await createDatabase();
  database = openDatabase({
    url: created.url,
    poolMax: 1,
    applicationName: 'spec',
    onError: () => undefined,
  });
});

afterAll(async () => {
  await database.end();
  await created.drop();
});

it('finds personal data in a column of any type, in any schema', async () => {
  await database.query(`
    create schema other;
    create table clean as select 'nobody' as word, '\\x00'::bytea as bytes;
    create table other.plain as select 'x ${WORD.toUpperCase()}' as word, ${DIGITS}7 as number;
    create table other.dense as
      select convert_to('{"name":"${WORD}"}', 'UTF8') || '\\x00ff'::bytea as bytes,
             array['a', '${WORD}'] as words, jsonb_build_object('a', '${DIGITS}') as members`);
  const { checked, failures, shown } = await checkTables(database);
  expect(checked).toBe(7);
  expect(failures).toBe(5);
  expect(shown.map((text) => text.split(':')[0])).toEqual([
    'other.dense.bytes',
    'other.dense.words',
    'other.dense.members',
    'other.plain.word',
    'other.plain.number',
  ]);
});
