import type { SourceVerification } from '#providers/account.js';

/** A request's query, decoded: the first value of each name, and every pair in order. */
export type WebhookQuery = {
  readonly first: Readonly<Record<string, string>>;
  readonly pairs: readonly (readonly [name: string, value: string])[];
};

const NO_QUERY: WebhookQuery = { first: {}, pairs: [] };
const PAIRS_MAX = 50;

export function parseWebhookQuery(text: string): WebhookQuery {
  if (text === '') return NO_QUERY;
  const pairs = [...new URLSearchParams(text)].slice(0, PAIRS_MAX);
  // The last of equal names wins in `fromEntries`, and the first is to win here.
  return { first: Object.fromEntries(pairs.toReversed()), pairs };
}

/** The query as the extraction may see it: without the parameter that carries the credential. */
export function withoutCredential(
  { first }: WebhookQuery,
  verification: SourceVerification,
): Readonly<Record<string, string>> {
  if (verification.mode !== 'url') return first;
  const { [verification.parameter]: _credential, ...rest } = first;
  return rest;
}

const HIDDEN = '***';

/**
 * The query for people. Shown is only what the facts hold as well, so nothing passes here that the
 * extraction kept out; of the credential its name; of anything else not even that, since a secret or an
 * address may stand as a name too.
 */
export function redactQuery(
  { pairs }: WebhookQuery,
  verification: SourceVerification,
  value: Buffer,
): string | null {
  if (pairs.length === 0) return null;
  const facts = queryFacts(value);
  const redacted = pairs.map(([name, text]) => {
    const isCredential = verification.mode === 'url' && name === verification.parameter;
    if (isCredential) return `${name}=${HIDDEN}`;
    const isReference = verification.mode === 'url' && name === verification.referenceParameter;
    if ((isReference || Object.hasOwn(facts, name)) && Object.values(facts).includes(text)) {
      return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
    }
    return `${HIDDEN}=${HIDDEN}`;
  });
  return redacted.join('&');
}

const QUERY_MEMBER = '"query":';

/** The `query` member of a value; it is the last one, and quotes inside of texts are escaped. */
function queryFacts(value: Buffer): Record<string, unknown> {
  const start = value.lastIndexOf(QUERY_MEMBER);
  if (start === -1) return {};
  const text = value.toString('utf8', start + QUERY_MEMBER.length, value.length - 1);
  return JSON.parse(text) as Record<string, unknown>;
}
