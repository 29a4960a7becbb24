import { encodeFacts, filledTextOf, noFacts } from '../facts.js';
import type { Delivery, Extraction } from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { conomyKeys } from './keys.js';
import { CONOMY_MEMBERS } from './profile.js';

/** Facts of a Conomy webhook: always JSON, nothing in the query, no environment in the body. */
export function extractConomy({ account, body }: Delivery): Extraction {
  const read = readJsonBody(body, CONOMY_MEMBERS);
  if ('refused' in read) {
    const value = encodeFacts({ body: null, query: noFacts });
    return { readable: false, value, reason: read.refused };
  }
  const { subject } = conomyKeys(read.facts);
  const traceId = filledTextOf(read.facts, 'traceId');
  return {
    readable: true,
    value: encodeFacts({ body: read.facts, query: noFacts }),
    subject: subject === null ? null : { account: account.id, ...subject },
    environment: null,
    providerTraceIds: traceId === null ? [] : [traceId],
    withheld: read.withheld,
  };
}
