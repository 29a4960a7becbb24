import { nearestName } from '#platform/nearest-name.js';
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
