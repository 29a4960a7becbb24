/**
 * What an observation is about, and the key that keeps everything about it in one partition, in order:
 * `account/kind/reference`. The reference is percent-encoded, its case kept.
 */
export type SubjectKind =
  | 'payment'
  | 'transaction'
  | 'session'
  | 'withdrawal'
  | 'bank-withdrawal'
  | 'cash-withdrawal'
  | 'customer'
  | 'subscription'
  | 'legacy'
  | 'command'
  | 'report-line'
  | 'period'
  | 'unkeyed';

export type Subject = {
  readonly account: string;
  readonly kind: SubjectKind;
  /** Decoded: the provider's own id, as it was sent. */
  readonly reference: string;
};

/** Encoded length, in bytes, past which a reference cannot be a key. */
export const REFERENCE_BYTES_MAX = 200;

/** The subject's key, or null where the reference cannot be one: then the record goes unkeyed. */
export function subjectKey({ account, kind, reference }: Subject): string | null {
  if (reference === '' || !reference.isWellFormed()) return null;
  const encoded = encodeReference(reference);
  return encoded.length > REFERENCE_BYTES_MAX ? null : `${account}/${kind}/${encoded}`;
}

/** The key of what has no subject: a probe, or an authentic body that nothing could be read from. */
export function unkeyedKey(account: string, digest: string): string {
  return `${account}/unkeyed/${digest}`;
}

export function parseSubjectKey(key: string): Subject {
  const first = key.indexOf('/');
  const second = key.indexOf('/', first + 1);
  if (first === -1 || second === -1) {
    const [account = '', kind = ''] = key.split('/');
    return { account, kind: kind as SubjectKind, reference: '' };
  }
  // A report line's or a period's reference has slashes of its own.
  const encoded = key.slice(second + 1);
  return {
    account: key.slice(0, first),
    kind: key.slice(first + 1, second) as SubjectKind,
    reference: encoded.includes('%') ? decodeURIComponent(encoded) : encoded,
  };
}

/** Everything but RFC 3986 unreserved characters, so that the result is plain ASCII without `/`. */
function encodeReference(reference: string): string {
  if (UNRESERVED.test(reference)) return reference;
  return encodeURIComponent(reference).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const UNRESERVED = /^[A-Za-z0-9_.~-]+$/;
