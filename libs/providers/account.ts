import type { ProviderName } from './provider-name.js';

/**
 * A provider account: one merchant at one provider. Part of every key, dedupe scope and metric
 * label. Parsed from `ACCOUNTS_FILE` by `parse-accounts.ts`, which names every bad member.
 */
export type Account = {
  /** `[a-z0-9-]{1,40}`; chosen once, it is in every subject key. */
  readonly id: string;
  readonly provider: ProviderName;
  readonly environment: 'test' | 'live';
  readonly sources: readonly Source[];
  readonly api: ApiAccess | null;
};

/** One webhook URL: `POST /webhooks/{name}`. */
export type Source = {
  /** `[a-z0-9-]{1,60}`, unique over all accounts. */
  readonly name: string;
  readonly verification: SourceVerification;
  /** Accepted (verified) deliveries a second, and the burst on top. */
  readonly rate: { readonly verified: Rate; readonly unverified: Rate };
  /** Answer to an event of the other environment; some providers retry a 400. */
  readonly wrongEnvironmentStatus: 200 | 400;
};

export type Rate = { readonly perSecond: number; readonly burst: number };

export type Secret = {
  /** Names the secret in envelopes, logs and metrics. */
  readonly id: string;
  readonly value: string;
};

/** Verification is data (providers.md, section 7): one engine runs them all. */
export type SourceVerification =
  | {
      readonly mode: 'hmac';
      readonly algorithm: 'sha256';
      readonly encoding: 'hex' | 'base64';
      /** Header that carries the signature, lower case. */
      readonly header: string;
      readonly prefix: string;
      /** All active secrets; the newest first. */
      readonly secrets: readonly Secret[];
    }
  | {
      readonly mode: 'url';
      /** Query parameter that carries the secret or the token. */
      readonly parameter: string;
      /** Query parameter that carries our own order reference. */
      readonly referenceParameter: string;
      readonly secrets: readonly Secret[];
      /** Keys of per-payment tokens `keyId.hex(HMAC-SHA256(account "/" reference))`. */
      readonly tokenKeys: readonly Secret[];
    }
  | { readonly mode: 'none' };

export type ApiAccess = {
  readonly baseUrl: string;
  /** By name, as the provider's client wants them: `apiKey`, `refreshToken`, … */
  readonly credentials: Readonly<Record<string, string>>;
  /** Lookups a second for this account, and the burst on top. */
  readonly lookupRate: Rate;
};
