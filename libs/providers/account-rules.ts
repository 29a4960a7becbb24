import type { Secret, SourceVerification } from './account.js';
import type { ProviderName } from './provider-name.js';

/** What an account of a provider must have, and what it gets where it says nothing. */
export type AccountRules = {
  /** How its webhooks may prove themselves. */
  readonly modes: readonly SourceVerification['mode'][];
  /** Header of its signatures, lower case; null where there is no usual one. */
  readonly header: string | null;
  /** Whether its callback URLs carry tokens that we make. */
  readonly hasTokens: boolean;
  /** Members of `api.credentials` that its client needs. */
  readonly credentials: readonly string[];
  /** The sources of an account that names a secret only, as the accounts file would have them. */
  usualSources(active: Active): readonly UsualSource[];
};

type Active = { readonly secrets: readonly Secret[]; readonly tokenKeys: readonly Secret[] };

type UsualSource = {
  /** After the account's id, in the source's name. */
  readonly suffix: string;
  readonly verification: object;
};

export function accountRulesOf(provider: ProviderName): AccountRules {
  return RULES[provider];
}

const RULES: Readonly<Record<ProviderName, AccountRules>> = {
  cobru: {
    modes: ['url'],
    header: null,
    hasTokens: true,
    credentials: ['apiKey', 'refreshToken'],
    usualSources: (active) => [{ suffix: '', verification: { mode: 'url', ...active } }],
  },
  conomy: {
    modes: ['hmac', 'any'],
    header: 'x-webhook-signature',
    hasTokens: false,
    credentials: ['apiKey', 'clientId', 'clientSecret'],
    // The going-live page has the signature in the body, the GitBook edition in a header.
    usualSources: ({ secrets }) => {
      const of = [
        { mode: 'hmac', in: 'bodyField' },
        { mode: 'hmac', in: 'header' },
      ];
      return [{ suffix: '', verification: { mode: 'any', of, secrets } }];
    },
  },
  mintcash: {
    modes: ['hmac', 'any'],
    header: 'x-signature',
    hasTokens: false,
    credentials: ['publicKey', 'secretKey'],
    usualSources: ({ secrets }) => [{ suffix: '', verification: { mode: 'hmac', secrets } }],
  },
  tonder: {
    modes: ['static', 'hmac', 'any', 'url', 'none'],
    header: null,
    hasTokens: false,
    credentials: ['apiKey'],
    // How the two signatures are made is not published, so they are not insisted on.
    usualSources: ({ secrets }) => [
      { suffix: '', verification: { mode: 'static', scheme: 'bearer', secrets } },
      { suffix: '-hosted', verification: { ...LOGGED, header: 'tonder-signature', secrets } },
      {
        suffix: '-withdrawals',
        verification: { ...LOGGED, header: 'x-tonder-signature', secrets },
      },
    ],
  },
};

const LOGGED = { mode: 'hmac', enforcement: 'log' } as const;
