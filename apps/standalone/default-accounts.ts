import { randomBytes } from 'node:crypto';

/**
 * An accounts file: one account of every provider, with secrets of its own and the sandbox's API.
 *
 * @param sandboxPort 0 where the sandbox takes any port
 */
export function newAccountsText(sandboxPort: number): string {
  const sandboxApi = apiAt(`http://127.0.0.1:${sandboxPort === 0 ? USUAL_PORT : sandboxPort}`);
  const accounts = [
    {
      id: 'mintcash-test',
      provider: 'mintcash',
      sources: [{ name: 'mintcash', verification: signed('x-signature'), rate: RATE }],
      api: sandboxApi('mintcash', {
        publicKey: `pk_test_${secret()}`,
        secretKey: `sk_test_${secret()}`,
      }),
    },
    {
      id: 'cobru-test',
      provider: 'cobru',
      sources: [
        {
          name: 'cobru',
          verification: {
            mode: 'url',
            parameter: 't',
            referenceParameter: 'ref',
            secrets: [newSecret('s1')],
            tokenKeys: [newSecret('k1')],
          },
          rate: RATE,
        },
      ],
      api: sandboxApi('cobru', { apiKey: secret(), refreshToken: secret() }),
    },
    {
      id: 'conomy-test',
      provider: 'conomy',
      sources: [{ name: 'conomy', verification: signedInEither(), rate: RATE }],
      api: sandboxApi('conomy', {
        apiKey: secret(),
        clientId: 'cuadre-test',
        clientSecret: secret(),
      }),
    },
    {
      id: 'tonder-test',
      provider: 'tonder',
      sources: tonderSources(),
      api: sandboxApi('tonder', { apiKey: secret() }),
    },
  ];
  return `${JSON.stringify({ accounts }, null, 2)}\n`;
}

const RATE = {
  verified: { perSecond: 5_000, burst: 10_000 },
  unverified: { perSecond: 500, burst: 2_000 },
} as const;

/** A source for each of Tonder's products: two of them sign in a way that is not confirmed yet. */
function tonderSources() {
  const bearer = { mode: 'static', scheme: 'bearer', secrets: [newSecret('s1')] };
  return [
    { name: 'tonder', verification: bearer, rate: RATE },
    {
      name: 'tonder-hosted',
      verification: { ...signed('tonder-signature'), enforcement: 'log' },
      rate: RATE,
    },
    {
      name: 'tonder-withdrawals',
      verification: { ...signed('x-tonder-signature'), enforcement: 'log' },
      rate: RATE,
    },
  ];
}

function signed(header: string) {
  return { mode: 'hmac', in: 'header', header, secrets: [newSecret('s1')] };
}

/** Conomy signs in the body or in a header, by contract. */
function signedInEither() {
  return {
    mode: 'any',
    of: [
      { mode: 'hmac', in: 'bodyField', field: 'signature' },
      { mode: 'hmac', in: 'header', header: 'x-webhook-signature' },
    ],
    secrets: [newSecret('s1')],
  };
}

/** The accounts follow the sandbox wherever it listens: this only stands in the file. */
const USUAL_PORT = 8090;

function apiAt(sandboxUrl: string) {
  return (provider: string, credentials: Readonly<Record<string, string>>) => ({
    baseUrl: `${sandboxUrl}/${provider}`,
    credentials,
    lookupRate: { perSecond: 500, burst: 1_000 },
  });
}

function newSecret(id: string) {
  return { id, value: secret() };
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}
