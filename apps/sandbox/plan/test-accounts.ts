import type { Account } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';

/** Accounts of both played providers for specs: every way of authenticating that the sandbox knows. */
export function sandboxTestAccounts(): readonly Account[] {
  const parsed = parseAccounts(
    JSON.stringify({
      accounts: [
        { id: 'mintcash-test', provider: 'mintcash', secret: 'a-mintcash-signing-secret' },
        {
          id: 'cobru-test',
          provider: 'cobru',
          secret: 'a-cobru-callback-secret',
          tokenKey: 'a-cobru-token-key',
          api: {
            baseUrl: 'http://127.0.0.1:1/cobru',
            credentials: { apiKey: 'an-api-key', refreshToken: 'a-refresh-token' },
          },
        },
      ],
    }),
  );
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.accounts;
}
