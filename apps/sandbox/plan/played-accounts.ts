import type { Account, Source } from '#providers/account.js';
import type { BookObject } from '../books/book-object.js';
import { PLAYED_PROVIDERS, type PlayedProvider } from './scenario.js';

/** The account that a provider's deliveries go to, and its first webhook source. */
export type PlayedAccount = { readonly account: Account; readonly source: Source };

export type PlayedAccounts = Readonly<Partial<Record<PlayedProvider, PlayedAccount>>>;

/** The first account of each provider that the sandbox plays, with the first of its sources. */
export function playedAccounts(accounts: readonly Account[]): PlayedAccounts {
  const played: Partial<Record<PlayedProvider, PlayedAccount>> = {};
  for (const provider of PLAYED_PROVIDERS) {
    const account = accounts.find((one) => one.provider === provider && one.sources.length > 0);
    const source = account?.sources[0];
    if (account !== undefined && source !== undefined) played[provider] = { account, source };
  }
  return played;
}

/** The source that an object is told at: Tonder's products may each have one of their own, by its name. */
export function sourceFor(
  { account, source }: PlayedAccount,
  { form }: Pick<BookObject, 'form'>,
): Source {
  const product = form === 'hosted-event-type' ? 'hosted' : form;
  return account.sources.find(({ name }) => name.endsWith(`-${product}`)) ?? source;
}
