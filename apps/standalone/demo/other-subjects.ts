import { paint } from '#platform/terminal.js';
import type { Database } from '#read-models/database.js';
import type { BookObject } from '../../sandbox/books/book-object.js';

/** What the stream told of besides orders: withdrawals, subscriptions and customers. */
export async function otherSubjectsText(
  database: Database,
  objects: readonly BookObject[],
): Promise<string> {
  const references = objects.filter(({ kind }) => kind in NAMES).map(({ reference }) => reference);
  const { rows } = await database.query<SubjectRow>(FIND_SUBJECTS, [references]);
  const words = new Map(rows.map(({ reference, word }) => [reference, word]));
  const lines = objects.flatMap(({ kind, orderId, provider, reference }) => {
    const name = NAMES[kind];
    if (name === undefined) return [];
    const word = words.get(reference);
    const shown = word === undefined ? '-' : paint(word, 'cyan');
    return [`  ${name.padEnd(NAME_WIDTH)}  ${orderId.padEnd(ID_WIDTH)}  ${shown}  ${provider}`];
  });
  return lines.join('\n');
}

const NAMES: Readonly<Partial<Record<string, string>>> = {
  withdrawal: 'withdrawal',
  'bank-withdrawal': 'withdrawal',
  'cash-withdrawal': 'withdrawal',
  subscription: 'subscription',
  customer: 'customer',
};
const NAME_WIDTH = 12;
const ID_WIDTH = 11;

/** A claim stands for the status where there is nothing else yet. */
const FIND_SUBJECTS = `
  select reference, coalesce(status, 'reported ' || reported, 'unknown') as word from cuadre.payments
   where kind = 'withdrawal' and reference = any($1)
  union all
  select reference, status from cuadre.subscriptions where reference = any($1)
  union all
  select reference, level from cuadre.customers where reference = any($1)`;

type SubjectRow = { readonly reference: string; readonly word: string };
