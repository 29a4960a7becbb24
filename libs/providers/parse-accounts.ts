import { z } from 'zod';
import type { Account, Source } from './account.js';
import { PROVIDER_NAMES } from './provider-name.js';

/**
 * Parses the accounts file: JSON, members as in `account.ts`, everything defaulted that can be.
 *
 * ```json
 * {"accounts": [
 *   {"provider": "mintcash", "secret": "…"},
 *   {"id": "cobru-co", "provider": "cobru", "environment": "live", "secret": "…", "tokenKey": "…",
 *    "api": {"baseUrl": "https://prod.cobru.co", "credentials": {"apiKey": "…", "refreshToken":
 * "…"}}} ]}
 * ```
 *
 * - `id` defaults to the provider's name, `environment` to the deployment's (one
 *   deployment is one environment, so another one is a problem), `api` to none.
 * - `secret` (and, for Cobru, `tokenKey`) is short for one source named as the account, with the
 *   provider's usual verification and one secret of id `s1` (`k1`). Instead, `sources` may list
 *   them: `{"name", "verification": {"mode": "hmac", "secrets": [{"id", "value"}]}, "rate",
 *   "wrongEnvironmentStatus"}`, where MintCash's `header` is `x-signature` and Cobru's `parameter`
 *   and `referenceParameter` are `t` and `ref` unless said otherwise.
 * - A secret is at least 16 characters long. MintCash must be signed; a provider that we cannot
 *   read yet is refused.
 *
 * A problem names the member by its path, and never what it holds.
 */
export function parseAccounts(
  text: string,
  environment: Account['environment'] = 'test',
): { readonly accounts: readonly Account[] } | { readonly problems: readonly string[] } {
  const json = parseJson(text);
  // JSON.parse quotes the text in its message, so its message is not passed on.
  if (json === undefined) return { problems: ['The accounts file is not valid JSON.'] };
  const parsed = accountsFile(environment).safeParse(json);
  return parsed.success
    ? { accounts: parsed.data.accounts }
    : { problems: parsed.error.issues.map(problemOf) };
}

const SECRET_CHARACTERS_MIN = 16;
const SecretValue = z.string().min(SECRET_CHARACTERS_MIN).max(500);
const Secret = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,40}$/),
  value: SecretValue,
});
const Secrets = z.array(Secret).max(10).check(uniqueIds);
const Rate = z.strictObject({
  perSecond: z.number().positive().max(1_000_000),
  burst: z.number().int().positive().max(10_000_000),
});
const HeaderName = z.string().regex(/^[a-z0-9-]{1,60}$/);
const ParameterName = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);

const Verification = z.discriminatedUnion('mode', [
  z.strictObject({
    mode: z.literal('hmac'),
    algorithm: z.literal('sha256').default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    header: HeaderName.default('x-signature'),
    prefix: z.string().max(40).default(''),
    secrets: Secrets.min(1),
  }),
  z.strictObject({
    mode: z.literal('url'),
    parameter: ParameterName.default('t'),
    referenceParameter: ParameterName.default('ref'),
    secrets: Secrets.default([]),
    tokenKeys: Secrets.default([]),
  }),
  z.strictObject({ mode: z.literal('none') }),
]);

const DEFAULT_RATE = {
  verified: { perSecond: 2_000, burst: 4_000 },
  unverified: { perSecond: 100, burst: 500 },
} as const;

const SourceEntry = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,60}$/),
  verification: Verification,
  rate: z
    .strictObject({
      verified: Rate.default(DEFAULT_RATE.verified),
      unverified: Rate.default(DEFAULT_RATE.unverified),
    })
    .default(DEFAULT_RATE),
  wrongEnvironmentStatus: z.union([z.literal(200), z.literal(400)]).default(400),
});

const Api = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/, normalize: false }),
  credentials: z.record(z.string(), z.string().min(1).max(4_000)),
  lookupRate: Rate.default({ perSecond: 5, burst: 10 }),
});

const accountEntry = (environment: Account['environment']) =>
  z
    .strictObject({
      id: z
        .string()
        .regex(/^[a-z0-9-]{1,40}$/)
        .optional(),
      provider: z.enum(PROVIDER_NAMES),
      environment: z
        .literal(environment, `must be ${environment}, as ENVIRONMENT is`)
        .default(environment),
      secret: SecretValue.optional(),
      tokenKey: SecretValue.optional(),
      sources: z.array(SourceEntry).min(1).max(20).optional(),
      api: Api.nullable().default(null),
    })
    .check(({ value, issues }) => {
      const report = (path: readonly PropertyKey[], message: string): void => {
        issues.push({ code: 'custom', path: [...path], message, input: undefined });
      };
      reportUnreadable(value, report);
      reportShorthand(value, report);
      for (const [index, source] of (value.sources ?? []).entries()) {
        const wanted = VERIFICATION_MODE[value.provider];
        if (wanted !== undefined && source.verification.mode !== wanted) {
          report(['sources', index, 'verification', 'mode'], `must be ${wanted}`);
        }
      }
      for (const name of value.api === null ? [] : (CREDENTIALS[value.provider] ?? [])) {
        if (!Object.hasOwn(value.api?.credentials ?? {}, name)) {
          report(['api', 'credentials', name], 'is missing');
        }
      }
    })
    .transform((entry): Account => {
      const id = entry.id ?? entry.provider;
      return {
        id,
        provider: entry.provider,
        environment: entry.environment,
        sources: entry.sources ?? [shorthandSource(id, entry)],
        api: entry.api,
      };
    });

const accountsFile = (environment: Account['environment']) =>
  z.strictObject({
    accounts: z
      .array(accountEntry(environment))
      .min(1)
      .max(1_000)
      .check(({ value, issues }) => {
        const ids = new Set<string>();
        const names = new Set<string>();
        const report = (path: PropertyKey[]): void => {
          issues.push({ code: 'custom', path, message: 'is used twice', input: undefined });
        };
        for (const [index, { id, sources }] of value.entries()) {
          if (ids.has(id)) report([index, 'id']);
          ids.add(id);
          for (const [sourceIndex, { name }] of sources.entries()) {
            if (names.has(name)) report([index, 'sources', sourceIndex, 'name']);
            names.add(name);
          }
        }
      }),
  });

type Entry = {
  readonly provider: Account['provider'];
  readonly secret?: string | undefined;
  readonly tokenKey?: string | undefined;
  readonly sources?: readonly Source[] | undefined;
};
type Report = (path: readonly PropertyKey[], message: string) => void;

/** How the providers that we can read authenticate their webhooks; each has exactly one way. */
const VERIFICATION_MODE: Partial<Record<Account['provider'], 'hmac' | 'url'>> = {
  cobru: 'url',
  mintcash: 'hmac',
};

/** What the provider's client needs. */
const CREDENTIALS: Partial<Record<Account['provider'], readonly string[]>> = {
  cobru: ['apiKey', 'refreshToken'],
};

function reportUnreadable({ provider }: Entry, report: Report): void {
  if (VERIFICATION_MODE[provider] === undefined) report(['provider'], 'cannot be read yet');
}

function reportShorthand({ provider, secret, tokenKey, sources }: Entry, report: Report): void {
  if (sources !== undefined) {
    if (secret !== undefined) report(['secret'], 'cannot stand beside sources');
    if (tokenKey !== undefined) report(['tokenKey'], 'cannot stand beside sources');
    return;
  }
  const isUrl = VERIFICATION_MODE[provider] === 'url';
  if (tokenKey !== undefined && !isUrl) report(['tokenKey'], 'is of no use to this provider');
  if (secret === undefined && !(isUrl && tokenKey !== undefined)) {
    report(['secret'], 'is missing (or give sources)');
  }
}

function shorthandSource(name: string, { provider, secret, tokenKey }: Entry): Source {
  const secrets = secret === undefined ? [] : [{ id: 's1', value: secret }];
  const tokenKeys = tokenKey === undefined ? [] : [{ id: 'k1', value: tokenKey }];
  return SourceEntry.parse({
    name,
    verification:
      VERIFICATION_MODE[provider] === 'url'
        ? { mode: 'url', secrets, tokenKeys }
        : { mode: 'hmac', secrets },
  });
}

function uniqueIds({ value, issues }: z.core.ParsePayload<{ readonly id: string }[]>): void {
  const seen = new Set<string>();
  for (const [index, { id }] of value.entries()) {
    if (seen.has(id)) {
      const path = [index, 'id'];
      issues.push({ code: 'custom', path, message: 'is used twice', input: undefined });
    }
    seen.add(id);
  }
}

function problemOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) =>
    typeof part === 'number' ? `[${part}]` : `.${String(part)}`,
  );
  return `${path.join('').replace(/^\./, '') || 'file'}: ${issue.message}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The caller reports it; JSON has no other way to tell.
    return undefined;
  }
}
