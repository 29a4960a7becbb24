import { InvariantError } from '#ledger/assert.js';
import type { Account, Source } from '#providers/account.js';
import type { Provider } from '#providers/provider.js';
import {
  credentialHeadersOf,
  secretTextsOf,
} from '#providers/verification/verification-secrets.js';
import { TokenBucket } from '#platform/token-bucket.js';

/** One webhook URL with all that its requests need, looked up once. */
export type SourceEdge = {
  readonly account: Account;
  readonly source: Source;
  readonly provider: Provider;
  /** A bucket per verdict: what is forged never takes from what is genuine. */
  readonly buckets: { readonly verified: TokenBucket; readonly unverified: TokenBucket };
  /** Whatever must never be found among the facts, whoever sends it. */
  readonly secrets: readonly string[];
  /** Headers by which this source's senders prove themselves, lower case. */
  readonly credentialHeaders: readonly string[];
};

/** The webhook URLs by name. */
export class SourceDirectory {
  private readonly edges: ReadonlyMap<string, SourceEdge>;

  constructor(
    accounts: readonly Account[],
    {
      providerOf,
      nowMs,
    }: { readonly providerOf: (name: string) => Provider | null; readonly nowMs: number },
  ) {
    this.edges = new Map(
      accounts.flatMap((account) =>
        account.sources.map((source) => [
          source.name,
          {
            account,
            source,
            provider: known(account, providerOf(account.provider)),
            buckets: {
              verified: new TokenBucket(source.rate.verified, nowMs),
              unverified: new TokenBucket(source.rate.unverified, nowMs),
            },
            secrets: secretsOf(account),
            credentialHeaders: credentialHeadersOf(source.verification),
          },
        ]),
      ),
    );
  }

  find(name: string): SourceEdge | null {
    return this.edges.get(name) ?? null;
  }
}

function known({ id, provider: name }: Account, provider: Provider | null): Provider {
  if (provider === null) throw new InvariantError(`Account ${id} is of unreadable ${name}.`);
  return provider;
}

/** Of all sources of the account: they are often the same, and all are the provider's to know. */
function secretsOf({ api, sources }: Account): readonly string[] {
  const secrets = sources.flatMap(({ verification }) => secretTextsOf(verification));
  const credentials = Object.values(api?.credentials ?? {});
  return [...new Set([...secrets, ...credentials])].filter(
    (value) => value.length >= SECRET_CHARACTERS_MIN,
  );
}

/** A shorter text stands in many a body by chance. */
const SECRET_CHARACTERS_MIN = 8;
