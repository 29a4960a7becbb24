import { encodeFacts, noFacts, type Facts } from '../facts.js';
import type { Delivery, Extraction } from '../provider.js';
import { fits } from '../fact-members.js';
import { readJsonOrFormBody } from '../read-body.js';
import { cobruKeys } from './keys.js';
import { COBRU_WEBHOOK_MEMBERS, REFERENCE } from './profile.js';

/**
 * Facts of a Cobru callback, JSON or form. Of the query only our own order reference is kept, under
 * one name whatever the source calls it. Cobru states no environment and no trace id.
 */
export function extractCobru(delivery: Delivery): Extraction {
  const { query, withheld } = queryFacts(delivery);
  const read = readJsonOrFormBody(delivery.body, COBRU_WEBHOOK_MEMBERS);
  if ('refused' in read) {
    return { readable: false, value: encodeFacts({ body: null, query }), reason: read.refused };
  }
  const { subject } = cobruKeys(read.facts);
  return {
    readable: true,
    value: encodeFacts({ body: read.facts, query }),
    subject: subject === null ? null : { account: delivery.account.id, ...subject },
    environment: null,
    providerTraceIds: [],
    withheld: [...withheld, ...read.withheld],
  };
}

function queryFacts({ account, route, query }: Delivery): {
  readonly query: Facts;
  readonly withheld: readonly string[];
} {
  const verification = account.sources.find(({ name }) => name === route)?.verification;
  const name = verification?.mode === 'url' ? verification.referenceParameter : null;
  const reference = name !== null && Object.hasOwn(query, name) ? query[name] : undefined;
  if (reference === undefined || reference === '') return { query: noFacts, withheld: [] };
  const token = JSON.stringify(reference);
  return reference.isWellFormed() && fits(token, 'identifier')
    ? { query: new Map([[REFERENCE, token]]), withheld: [] }
    : { query: noFacts, withheld: [`query.${REFERENCE}`] };
}
