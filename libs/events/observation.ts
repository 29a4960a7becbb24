import type { Trust } from '#ledger/trust.js';

/** Everything we learn is one of these. For ever: new kinds are appended, none is renamed. */
export const OBSERVATION_KINDS = [
  'webhook',
  'lookup',
  'command-intent',
  'command-outcome',
  'report-line',
  'decision',
  'ruling',
  'period-close',
] as const;

export type ObservationKind = (typeof OBSERVATION_KINDS)[number];

/**
 * How the sender proved itself.
 *
 * - `hmac`: a signature over the bytes · `url-secret`: the source's secret in the URL · `url-token`: a
 *   token in the URL that we made for one order reference · `static`: a fixed header credential ·
 *   `api`: an answer to our own call · `none`: nothing.
 */
export const VERIFICATION_MODES = [
  'hmac',
  'url-secret',
  'url-token',
  'static',
  'api',
  'none',
] as const;

export type VerificationMode = (typeof VERIFICATION_MODES)[number];

export type Verification = {
  readonly mode: VerificationMode;
  /** Which of the active secrets matched; never the secret. */
  readonly keyId: string | null;
  readonly verdict: 'verified' | 'unverified';
};

/** Which extraction made the facts: provider, shape of the value, version of the extraction. */
export type DataSchema = {
  readonly provider: string;
  /** `webhook` or `lookup`. */
  readonly shape: string;
  readonly version: number;
};

/** One thing that we learnt, as the log keeps it. `envelope.ts` is its form on the wire. */
export type Observation = {
  /** uuid v7, given once at receipt and kept by every copy. */
  readonly id: string;
  readonly kind: ObservationKind;
  readonly account: string;
  /** Name of the webhook source, or of the call that was answered. */
  readonly route: string;
  /** Subject key (see `subject.ts`), also the record's key. */
  readonly subject: string;
  /** Our receipt, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  readonly schema: DataSchema;
  readonly verification: Verification;
  readonly requestId: string;
  readonly providerTraceIds: readonly string[];
  /** The query with secrets replaced, for people; null where there was none. */
  readonly redactedQuery: string | null;
  /** Allow-listed request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content type of the original body, as sent. */
  readonly bodyType: string | null;
  /** `keyId:hex` of the HMAC-SHA256 over the original bytes: comparable, not guessable. */
  readonly bodyDigest: string;
  /** W3C trace context of the hop that appended this. */
  readonly traceparent: string | null;
  /** For a lookup: the subject's last position when it was leased, and when we asked. */
  readonly lookup: { readonly asOf: bigint; readonly askedAtMs: number } | null;
  /** Facts: JSON `{"body":…,"query":…}` of the members that the profile names, tokens verbatim. */
  readonly value: Buffer;
  /** The exact bytes, sealed (see `sealing.ts`); null where there were none. */
  readonly sealed: Buffer | null;
};

/** Trust follows from what the envelope says, so a replay finds the same. */
export function trustOf({ kind, verification }: Observation): Trust {
  if (kind === 'lookup') return 'looked-up';
  if (kind === 'command-intent' || kind === 'command-outcome') return 'commanded';
  if (kind !== 'webhook') return 'operator';
  if (verification.verdict === 'unverified') return 'unverified';
  return verification.mode === 'hmac' || verification.mode === 'static'
    ? 'signed'
    : verification.mode === 'none'
      ? 'unverified'
      : 'shared-secret';
}
