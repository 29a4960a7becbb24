import { CommandError } from './command.js';
import type { LedgerService } from './ledger-service.js';

/**
 * Refuses a name that no account of the books has, and tells the nearest one: of a misspelt account
 * nothing is booked, but that is no answer. Books without any account know no name, so any will do.
 *
 * @param scope `below` where the name stands for all accounts below it as well
 */
export async function requireKnownAccount(
  service: LedgerService,
  { name, scope }: { readonly name: string; readonly scope: 'alone' | 'below' },
): Promise<void> {
  const { items } = await service.list('/v1/ledger/accounts', {}, ACCOUNTS_MAX);
  const known = (items as readonly { readonly account: string }[]).map(({ account }) => account);
  const isKnown = known.some(
    (account) => account === name || (scope === 'below' && account.startsWith(`${name}:`)),
  );
  const nearest = nearestName(name, known);
  if (isKnown || nearest === null) return;
  throw new CommandError(`There is no account \`${name}\` in the books.`, {
    exitCode: 1,
    hint: `The nearest is \`${nearest}\`; \`cuadre ledger balances\` lists all.`,
  });
}

const ACCOUNTS_MAX = 10_000;

/** The name that takes the fewest changes of a letter; null where there is none. */
function nearestName(wanted: string, names: readonly string[]): string | null {
  let nearest: string | null = null;
  let fewest = Infinity;
  for (const name of names) {
    const changes = changesBetween(wanted, name);
    if (changes < fewest) [nearest, fewest] = [name, changes];
  }
  return nearest;
}

/** Letters to insert, remove or replace to make one text of the other. */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
