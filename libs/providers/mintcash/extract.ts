import { encodeFacts, filledTextOf, noFacts } from '../facts.js';
import type { Delivery, Extraction } from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { mintcashKeys } from './keys.js';
import { MINTCASH_MEMBERS } from './profile.js';

/** Facts of a MintCash webhook: always JSON, nothing in the query, no trace id of the provider. */
export function extractMintCash({ account, body }: Delivery): Extraction {
  const read = readJsonBody(body, MINTCASH_MEMBERS);
  if ('refused' in read) {
    const value = encodeFacts({ body: null, query: noFacts });
    return { readable: false, value, reason: read.refused };
  }
  const { subject } = mintcashKeys(read.facts);
  return {
    readable: true,
    value: encodeFacts({ body: read.facts, query: noFacts }),
    subject: subject === null ? null : { account: account.id, ...subject },
    environment: filledTextOf(read.facts, 'environment'),
    providerTraceIds: [],
    withheld: read.withheld,
  };
}
