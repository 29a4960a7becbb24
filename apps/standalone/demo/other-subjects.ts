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
  const found = new Map(rows.map((row) => [row.reference, row]));
  const lines = objects.flatMap(({ kind, orderId, provider, reference }) => {
    const name = NAMES[kind];
    if (name === undefined) return [];
    const row = found.get(reference);
    const shown = row === undefined ? '-' : paint(row.word, 'cyan');
    // Our own id of it is taken from no claim, so only the provider's finds it.
    const id = row?.isClaim === true ? `  ${reference}` : '';
    return [
      `  ${name.padEnd(NAME_WIDTH)}  ${orderId.padEnd(ID_WIDTH)}  ${shown}  ${provider}${id}`,
    ];
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
  select reference, coalesce(status, 'reported ' || reported, 'unknown') as word,
   status is null as "isClaim" from cuadre.payments
   where kind = 'withdrawal' and reference = any($1)
  union all
  select reference, status, false from cuadre.subscriptions where reference = any($1)
  union all
  select reference, level, false from cuadre.customers where reference = any($1)`;

type SubjectRow = { readonly reference: string; readonly word: string; readonly isClaim: boolean };
