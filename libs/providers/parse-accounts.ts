import { z } from 'zod';
import type { Account, Source } from './account.js';
import { accountRulesOf } from './account-rules.js';
import {
  SecretValue,
  unnamedHeaders,
  VerificationEntry,
  verificationOf,
} from './parse-verification.js';
import { PROVIDER_NAMES } from './provider-name.js';

/**
 * Parses the accounts file: JSON, members as in `account.ts`, everything defaulted that can be.
 *
 * ```json
 * {"accounts": [
 *   {"provider": "mintcash", "secret": "…"},
 *   {"provider": "conomy", "secret": "…"},
 *   {"provider": "tonder", "secret": "…"},
 *   {"id": "cobru-co", "provider": "cobru", "environment": "live", "secret": "…", "tokenKey": "…",
 *    "api": {"baseUrl": "https://prod.cobru.co", "credentials": {"apiKey": "…", "refreshToken":
 * "…"}}} ]}
 * ```
 *
 * - `id` defaults to the provider's name, `environment` to the deployment's (one
 *   deployment is one environment, so another one is a problem), `api` to none. Its `credentials`
 *   are `apiKey`, `refreshToken` for Cobru; `apiKey`, `clientId`, `clientSecret` for Conomy;
 *   `publicKey`, `secretKey` for MintCash; `apiKey` for Tonder.
 * - `secret` (and, for Cobru, `tokenKey`) is short for the provider's usual sources with one secret
 *   of id `s1` (`k1`): one source named as the account; for Tonder that one is `static` by bearer,
 *   and `{id}-hosted` and `{id}-withdrawals` are signed, in `log` enforcement, by the same secret.
 * - Instead, `sources` may list them: `{"name", "verification", "rate", "wrongEnvironmentStatus"}`.
 *   Cobru's are `url`, Conomy's and MintCash's `hmac` or `any`, Tonder's whatever it was told.
 * - `rate` of a source is what it takes: by default 2,000 verified and 100 unverified deliveries a
 *   second. Unverified ones may be more than `lookupRate` can confirm (5 a second): what is refused
 *   at the edge is lost with the provider's last retry, what is taken is confirmed late, and the
 *   reconciler lets no claim wait behind the others for ever.
 * - A secret is at least 16 characters long. A source has up to 10, `[{"id", "value"}]`, all of
 *   them active, so that they can be exchanged without a gap.
 *
 * A `verification` is one of:
 *
 * - `{"mode": "hmac", "in": "header", "secrets"}`: HMAC-SHA256 of the raw body, with `header`
 *   (`x-signature` for MintCash, `x-webhook-signature` for Conomy, to be named for Tonder),
 *   `encoding` `hex` or `base64`, `prefix`. Where the time is signed too: `signedTemplate`
 *   `{timestamp}.{body}`, and `timestampHeader`, or `timestampPart` `t` for a header like
 *   `t=…,v1=…` with the prefix `v1=`; `toleranceSeconds` is how far it may be from our receipt.
 * - `{"mode": "hmac", "in": "bodyField", "secrets"}`: of the body without its top-level member
 *   `field` (`signature`), or, as the vendor's sample does it, of `signedMembers` alone (`event`
 *   and `data`; `[]` forbids it), with `encoding` and `prefix` as above.
 * - `{"mode": "any", "of": [ways as above without secrets], "secrets"}`: at least one of them is
 *   there, and every one that is there is right. Conomy's usual one: body field and header.
 * - `{"mode": "static", "scheme": "bearer" | "header" | "basic", "secrets"}`: a fixed credential
 *   in `Authorization`, or by `header` in the `header` named; by `basic` with `username`, the
 *   secrets being passwords.
 * - `{"mode": "url", "parameter": "t", "referenceParameter": "ref", "secrets", "tokenKeys"}`: a
 *   secret or a per-payment token in the query.
 * - `{"mode": "none"}`: everything is an unverified claim.
 *
 * `hmac`, `any` and `static` take `"enforcement": "log"` as well: what does not prove itself is
 * then not answered 401, but kept as an unverified claim and counted with the reason.
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

const Rate = z.strictObject({
  perSecond: z.number().positive().max(1_000_000),
  burst: z.number().int().positive().max(10_000_000),
});

const DEFAULT_RATE = {
  verified: { perSecond: 2_000, burst: 4_000 },
  unverified: { perSecond: 100, burst: 500 },
} as const;

const SourceEntry = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,60}$/),
  verification: VerificationEntry,
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
      reportShorthand(value, report);
      reportSources(value, report);
      const { credentials } = accountRulesOf(value.provider);
      for (const name of value.api === null ? [] : credentials) {
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
        sources: entry.sources?.map((source) => sourceOf(source, entry)) ?? shorthand(id, entry),
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

type SourceEntry = z.output<typeof SourceEntry>;
type Entry = {
  readonly provider: Account['provider'];
  readonly secret?: string | undefined;
  readonly tokenKey?: string | undefined;
  readonly sources?: readonly SourceEntry[] | undefined;
};
type Report = (path: readonly PropertyKey[], message: string) => void;

function reportShorthand({ provider, secret, tokenKey, sources }: Entry, report: Report): void {
  if (sources !== undefined) {
    if (secret !== undefined) report(['secret'], 'cannot stand beside sources');
    if (tokenKey !== undefined) report(['tokenKey'], 'cannot stand beside sources');
    return;
  }
  const { hasTokens } = accountRulesOf(provider);
  if (tokenKey !== undefined && !hasTokens) report(['tokenKey'], 'is of no use to this provider');
  if (secret === undefined && !(hasTokens && tokenKey !== undefined)) {
    report(['secret'], 'is missing (or give sources)');
  }
}

function reportSources({ provider, sources = [] }: Entry, report: Report): void {
  const { modes, header } = accountRulesOf(provider);
  for (const [index, { verification }] of sources.entries()) {
    const path = ['sources', index, 'verification'];
    if (!modes.includes(verification.mode)) {
      report([...path, 'mode'], `must be ${modes.join(' or ')}`);
    }
    for (const unnamed of header === null ? unnamedHeaders(verification) : []) {
      report([...path, ...unnamed], 'is missing');
    }
  }
}

function sourceOf(source: SourceEntry, { provider }: Entry): Source {
  const { header } = accountRulesOf(provider);
  return { ...source, verification: verificationOf(source.verification, header ?? '') };
}

function shorthand(id: string, entry: Entry): readonly Source[] {
  const { secret, tokenKey } = entry;
  const secrets = secret === undefined ? [] : [{ id: 's1', value: secret }];
  const tokenKeys = tokenKey === undefined ? [] : [{ id: 'k1', value: tokenKey }];
  const sources = accountRulesOf(entry.provider).usualSources({ secrets, tokenKeys });
  return sources.map(({ suffix, verification }) =>
    sourceOf(SourceEntry.parse({ name: `${id}${suffix}`, verification }), entry),
  );
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
