import type { Verification } from '#events/observation.js';
import type { Enforcement } from '../account.js';

/** As node:http hands them over: names in lower case; repeated headers joined, or as an array. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerificationCheck = {
  readonly verification: Verification;
  /** Must be answered 401 and kept out of the log. */
  readonly isRefused: boolean;
  /** Why it did not prove itself, refused or not, for metrics; null where it did or never could. */
  readonly reason: UnprovenReason | null;
  /**
   * What the signature covers, where that is not the body as it came: the only bytes that facts may
   * be taken from.
   */
  readonly signedBytes: Buffer | null;
};

/** A metric label, so few and in kebab words. */
export type UnprovenReason =
  | 'signature-missing'
  | 'signature-malformed'
  | 'signature-mismatch'
  | 'timestamp-missing'
  | 'timestamp-malformed'
  | 'timestamp-out-of-tolerance'
  | 'credential-missing'
  | 'credential-mismatch';

export function proven(
  verification: Verification,
  signedBytes: Buffer | null = null,
): VerificationCheck {
  return { verification, isRefused: false, reason: null, signedBytes };
}

/** Not proven, and of a source that asks for nothing more; or still to be decided. */
export function unproven(mode: Verification['mode']): VerificationCheck {
  return proven({ mode, keyId: null, verdict: 'unverified' });
}

/** What was sent does not prove it: what then happens is the source's choice. */
export function failed(
  mode: Verification['mode'],
  { reason, enforcement }: { readonly reason: UnprovenReason; readonly enforcement: Enforcement },
): VerificationCheck {
  const isAbsent = reason === 'signature-missing' || reason === 'credential-missing';
  return {
    ...unproven(isAbsent ? 'none' : mode),
    isRefused: enforcement === 'enforce',
    reason,
  };
}
