import { describe, expect, it } from 'vitest';
import { parseAccounts } from './parse-accounts.js';

const SECRET = 'canary-secret-0123456789';

function problemsOf(file: unknown): readonly string[] {
  const result = parseAccounts(typeof file === 'string' ? file : JSON.stringify(file));
  return 'problems' in result ? result.problems : [];
}

describe('parseAccounts', () => {
  it('fills a minimal file', () => {
    const result = parseAccounts(
      JSON.stringify({ accounts: [{ provider: 'mintcash', secret: SECRET }] }),
    );
    expect(result).toEqual({
      accounts: [
        {
          id: 'mintcash',
          provider: 'mintcash',
          environment: 'test',
          sources: [
            {
              name: 'mintcash',
              verification: {
                mode: 'hmac',
                algorithm: 'sha256',
                encoding: 'hex',
                prefix: '',
                in: 'header',
                header: 'x-signature',
                timestampHeader: null,
                timestampPart: null,
                toleranceSeconds: null,
                signedTemplate: '{body}',
                secrets: [{ id: 's1', value: SECRET }],
                enforcement: 'enforce',
              },
              rate: {
                verified: { perSecond: 2_000, burst: 4_000 },
                unverified: { perSecond: 100, burst: 500 },
              },
              wrongEnvironmentStatus: 400,
            },
          ],
          api: null,
        },
      ],
    });
  });

  it('fills a Cobru account with its API', () => {
    const result = parseAccounts(
      JSON.stringify({
        accounts: [
          {
            id: 'cobru-co',
            provider: 'cobru',
            environment: 'live',
            tokenKey: SECRET,
            api: {
              baseUrl: 'https://prod.cobru.co',
              credentials: { apiKey: 'key', refreshToken: 'token' },
            },
          },
        ],
      }),
      'live',
    );
    expect(result).toMatchObject({
      accounts: [
        {
          id: 'cobru-co',
          environment: 'live',
          sources: [
            {
              name: 'cobru-co',
              verification: {
                mode: 'url',
                parameter: 't',
                referenceParameter: 'ref',
                secrets: [],
                tokenKeys: [{ id: 'k1', value: SECRET }],
              },
            },
          ],
          api: { baseUrl: 'https://prod.cobru.co', lookupRate: { perSecond: 5, burst: 10 } },
        },
      ],
    });
  });

  it('takes sources written out, with several secrets', () => {
    const source = {
      name: 'cobru-old-url',
      verification: {
        mode: 'url',
        parameter: 'token',
        secrets: [
          { id: 'b', value: SECRET },
          { id: 'a', value: `${SECRET}-old` },
        ],
      },
    };
    const result = parseAccounts(
      JSON.stringify({ accounts: [{ provider: 'cobru', sources: [source] }] }),
    );
    expect(result).toMatchObject({ accounts: [{ sources: [source] }] });
  });

  it('names every bad member by its path', () => {
    const problems = problemsOf({
      accounts: [
        { provider: 'paypal', secret: SECRET },
        { provider: 'mintcash', id: 'Not An Id', secret: 'short' },
        { provider: 'mintcash', secret: SECRET, extra: 1 },
        { provider: 'cobru', secret: SECRET, api: { baseUrl: 'ftp://x', credentials: {} } },
      ],
    });
    const paths = problems.map((problem) => problem.split(':')[0]);
    expect(paths).toEqual(
      expect.arrayContaining([
        'accounts[0].provider',
        'accounts[1].id',
        'accounts[1].secret',
        'accounts[2]',
        'accounts[3].api.baseUrl',
      ]),
    );
  });

  it.each([
    [{ provider: 'mintcash' }, 'accounts[0].secret'],
    [{ provider: 'cobru' }, 'accounts[0].secret'],
    [{ provider: 'mintcash', secret: SECRET, tokenKey: SECRET }, 'accounts[0].tokenKey'],
    [{ provider: 'conomy' }, 'accounts[0].secret'],
    [{ provider: 'tonder', secret: SECRET, tokenKey: SECRET }, 'accounts[0].tokenKey'],
    [
      { provider: 'mintcash', sources: [{ name: 'm', verification: { mode: 'none' } }] },
      'accounts[0].sources[0].verification.mode',
    ],
    [
      {
        provider: 'cobru',
        secret: SECRET,
        sources: [{ name: 'c', verification: { mode: 'url' } }],
      },
      'accounts[0].secret',
    ],
    [
      {
        provider: 'cobru',
        secret: SECRET,
        api: { baseUrl: 'https://x.example', credentials: { apiKey: 'k' } },
      },
      'accounts[0].api.credentials.refreshToken',
    ],
    [
      {
        provider: 'mintcash',
        sources: [
          {
            name: 'm',
            verification: {
              mode: 'hmac',
              secrets: [
                { id: 'a', value: SECRET },
                { id: 'a', value: SECRET },
              ],
            },
          },
        ],
      },
      'accounts[0].sources[0].verification.secrets[1].id',
    ],
  ])('refuses %j at %s', (account, path) => {
    expect(problemsOf({ accounts: [account] }).map((problem) => problem.split(':')[0])).toContain(
      path,
    );
  });

  it.each([
    ['conomy', 'apiKey', 'clientId', 'clientSecret'],
    ['tonder', 'apiKey'],
    ['mintcash', 'publicKey', 'secretKey'],
    ['cobru', 'apiKey', 'refreshToken'],
  ])('wants the API credentials of %s: %s %s %s', (provider, ...names) => {
    const credentials = Object.fromEntries(names.map((name) => [name, 'x']));
    for (const absent of names) {
      const { [absent]: _absent, ...rest } = credentials;
      const api = { baseUrl: 'https://x.example', credentials: rest };
      expect(problemsOf({ accounts: [{ provider, secret: SECRET, api }] })).toEqual([
        `accounts[0].api.credentials.${absent}: is missing`,
      ]);
    }
    const api = { baseUrl: 'https://x.example', credentials };
    expect(problemsOf({ accounts: [{ provider, secret: SECRET, api }] })).toEqual([]);
  });

  it('refuses ids and source names that are used twice', () => {
    const problems = problemsOf({
      accounts: [
        { provider: 'mintcash', secret: SECRET },
        { provider: 'mintcash', secret: SECRET },
      ],
    });
    expect(problems).toEqual([
      'accounts[1].id: is used twice',
      'accounts[1].sources[0].name: is used twice',
    ]);
  });

  it.each([
    `{"accounts":[{"provider":"mintcash","secret":"${SECRET}"`,
    `{"accounts":[{"provider":"${SECRET}","secret":["${SECRET}"]}]}`,
    `{"accounts":[{"provider":"mintcash","secret":"${SECRET}","environment":"${SECRET}"}]}`,
    `{"accounts":[{"provider":"cobru","secret":"${SECRET}","api":{"baseUrl":"${SECRET}"}}]}`,
    `{"accounts":"${SECRET}"}`,
  ])('does not echo what a bad file holds: %#', (file) => {
    const problems = problemsOf(file);
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).not.toContain('canary');
  });

  it('refuses an empty list', () => {
    expect(problemsOf({ accounts: [] })).toHaveLength(1);
  });

  it('refuses an account of another environment than the deployment is', () => {
    const account = { provider: 'mintcash', secret: SECRET, environment: 'test' };
    const result = parseAccounts(JSON.stringify({ accounts: [account] }), 'live');
    expect(result).toEqual({
      problems: [expect.stringContaining('must be live, as ENVIRONMENT is')],
    });
    const unsaid = parseAccounts(
      JSON.stringify({ accounts: [{ provider: 'mintcash', secret: SECRET }] }),
      'live',
    );
    expect(unsaid).toMatchObject({ accounts: [{ environment: 'live' }] });
  });
});
