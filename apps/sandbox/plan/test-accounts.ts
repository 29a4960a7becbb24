import type { Account } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';

/** Accounts of every played provider for specs: every way of authenticating that the sandbox knows. */
export function sandboxTestAccounts(): readonly Account[] {
  const parsed = parseAccounts(
    JSON.stringify({
      accounts: [
        {
          id: 'mintcash-test',
          provider: 'mintcash',
          secret: 'a-mintcash-signing-secret',
          api: {
            baseUrl: 'http://127.0.0.1:1/mintcash',
            credentials: { publicKey: 'pk_test_sandbox', secretKey: 'sk_test_sandbox' },
          },
        },
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
        {
          id: 'conomy-test',
          provider: 'conomy',
          secret: 'a-conomy-webhook-secret',
          api: {
            baseUrl: 'http://127.0.0.1:1/conomy',
            credentials: { apiKey: 'an-api-key', clientId: 'a-client', clientSecret: 'a-secret' },
          },
        },
        {
          id: 'tonder-test',
          provider: 'tonder',
          secret: 'a-tonder-webhook-secret',
          api: {
            baseUrl: 'http://127.0.0.1:1/tonder',
            credentials: { apiKey: 'an-api-key' },
          },
        },
      ],
    }),
  );
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.accounts;
}
