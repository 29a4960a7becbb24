import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CasePlan } from '../plan/case-plan.js';
import { scenariosOf } from '../plan/scenario-catalogue.js';
import { SeededRandom } from '../plan/seeded-random.js';
import { Books } from './books.js';
import type { BookObject, Happening } from './book-object.js';

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cuadre-books-'));
  file = join(dir, 'books.jsonl');
});
afterEach(() => rm(dir, { recursive: true }));

describe('the books', () => {
  it('are read back after a stop', async () => {
    const books = await Books.open(file);
    books.open([payment('1')]);
    books.record(payment('1'), happened(0));
    books.close();
    const again = await Books.open(file);
    expect(await again.find('cobru', payment('1').reference)).toEqual({
      object: payment('1'),
      history: [happened(0)],
    });
    expect(again.findByOrder('cobru', 'ORD-1')?.object).toEqual(payment('1'));
    again.close();
  });

  it('drop a torn last line and go on after it', async () => {
    const books = await Books.open(file);
    books.open([payment('1')]);
    books.close();
    const whole = await readFile(file, 'utf8');
    for (const tornBytes of [1, 5, whole.length - 2]) {
      await writeFile(file, whole + whole.slice(0, tornBytes));
      const torn = await Books.open(file);
      torn.open([payment('2')]);
      torn.close();
      const again = await Books.open(file);
      expect(again.size).toBe(2);
      again.close();
    }
  });

  it('keep a last line of which only the line break is missing', async () => {
    const books = await Books.open(file);
    books.open([payment('1')]);
    books.close();
    await writeFile(file, (await readFile(file, 'utf8')).trimEnd());
    const again = await Books.open(file);
    again.open([payment('2')]);
    again.close();
    const third = await Books.open(file);
    expect(third.size).toBe(2);
    third.close();
  });

  it('refuse a file that is damaged in the middle, and leave it as it is', async () => {
    const books = await Books.open(file);
    books.open([payment('1')]);
    books.close();
    const whole = await readFile(file, 'utf8');
    await appendFile(file, `not a line\n${whole}`);
    await expect(Books.open(file)).rejects.toThrow(/cannot be read at byte/);
    expect(await readFile(file, 'utf8')).toBe(`${whole}not a line\n${whole}`);
  });

  it('never go back to an earlier step', async () => {
    const books = await Books.open(file);
    books.open([payment('1')]);
    for (const step of [1, 0, 1, 2]) books.record(payment('1'), happened(step));
    const entry = await books.find('cobru', payment('1').reference);
    expect(entry?.history.map((one) => one.step)).toEqual([1, 2]);
    books.close();
  });

  it('still answer for payments that memory has no room for', async () => {
    const books = await Books.open(file, { entriesMax: 2 });
    books.open([payment('1'), payment('2'), payment('3')]);
    expect(books.size).toBe(2);
    expect((await books.find('cobru', payment('1').reference))?.object).toEqual(payment('1'));
    expect(await books.find('cobru', 'unknown1')).toBeNull();
    books.close();
  });
});

it('finds a payment by its order, and not a refund that belongs to it', async () => {
  const books = await Books.open(file);
  books.open([payment('1'), { ...payment('1'), reference: 'r', related: { payment: 'x' } }]);
  expect(books.findByOrder('cobru', 'ORD-1')?.object).toEqual(payment('1'));
  books.close();
});

function payment(name: string): BookObject {
  const [scenario] = scenariosOf('cobru');
  if (scenario === undefined) throw new Error('No scenario.');
  const setting = { name, label: name, createdAtMs: 0, environment: 'test' } as const;
  return new CasePlan(scenario, { ...setting, random: new SeededRandom(1) }).main;
}

function happened(step: number): Happening {
  const event = { event: 'state.3', status: '3', amountMinor: 1, details: {} };
  return { step, atMs: step, refundedMinor: 0, ...event };
}
