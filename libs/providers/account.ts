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

/** Verification is data (providers.md, section 7): one engine, `verification.ts`, runs them all. */
export type SourceVerification =
  SignedVerification | StaticVerification | UrlVerification | { readonly mode: 'none' };

/** What becomes of a delivery that does not prove itself: 401, or kept as an unverified claim. */
export type Enforcement = 'enforce' | 'log';

export type SignedVerification =
  | (SignatureWay & {
      /** All active secrets; the newest first. */
      readonly secrets: readonly Secret[];
      readonly enforcement: Enforcement;
    })
  | {
      /** At least one of the ways is there, and every one that is there is right. */
      readonly mode: 'any';
      readonly of: readonly SignatureWay[];
      /** Active for every way; the newest first. */
      readonly secrets: readonly Secret[];
      readonly enforcement: Enforcement;
    };

/** Where a signature stands, and what it is made over. */
export type SignatureWay = HeaderSignature | BodyFieldSignature;

type SignatureForm = {
  readonly mode: 'hmac';
  readonly algorithm: 'sha256';
  readonly encoding: 'hex' | 'base64';
  readonly prefix: string;
};

export type HeaderSignature = SignatureForm & {
  readonly in: 'header';
  /** Header that carries the signature, lower case. */
  readonly header: string;
  /** Header that carries the time of signing, lower case. */
  readonly timestampHeader: string | null;
  /**
   * Name of the time of signing in a signature header of several parts, `t` in `t=…,v1=…`; the
   * signatures are then the parts that begin with the prefix.
   */
  readonly timestampPart: string | null;
  /** How far the time of signing may be from our receipt; null is off. */
  readonly toleranceSeconds: number | null;
  readonly signedTemplate: '{body}' | '{timestamp}.{body}';
};

export type BodyFieldSignature = SignatureForm & {
  readonly in: 'bodyField';
  /** Member of the body's top level that carries the signature over the others. */
  readonly field: string;
  /** Members that some senders sign alone, in this order; none where it is empty. */
  readonly signedMembers: readonly string[];
};

/** A fixed credential in a header; of several secrets each is active, the newest first. */
export type StaticVerification = {
  readonly mode: 'static';
  readonly secrets: readonly Secret[];
  readonly enforcement: Enforcement;
} & (
  | { readonly scheme: 'bearer' }
  | {
      readonly scheme: 'header';
      /** Header that carries the token and nothing else, lower case. */
      readonly header: string;
    }
  | {
      /** The secrets are passwords. */
      readonly scheme: 'basic';
      readonly username: string;
    }
);

export type UrlVerification = {
  readonly mode: 'url';
  /** Query parameter that carries the secret or the token. */
  readonly parameter: string;
  /** Query parameter that carries our own order reference. */
  readonly referenceParameter: string;
  readonly secrets: readonly Secret[];
  /** Keys of per-payment tokens `keyId.hex(HMAC-SHA256(account "/" reference))`. */
  readonly tokenKeys: readonly Secret[];
};

export type ApiAccess = {
  readonly baseUrl: string;
  /** By name, as the provider's client wants them: `apiKey`, `refreshToken`, … */
  readonly credentials: Readonly<Record<string, string>>;
  /** Lookups a second for this account, and the burst on top. */
  readonly lookupRate: Rate;
};
