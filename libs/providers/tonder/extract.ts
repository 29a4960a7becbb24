import { encodeFacts, noFacts } from '../facts.js';
import type { Delivery, Extraction } from '../provider.js';
import { readJsonBody } from '../read-body.js';
import { tonderKeys } from './keys.js';
import { withoutPayersText } from './payers-text.js';
import { TONDER_WEBHOOK_MEMBERS } from './profile.js';

/**
 * Facts of a Tonder webhook: JSON in one of five shapes, nothing in the query, no environment and
 * no trace id. No body at all is read as one without members: the dashboard probes an URL that is
 * added.
 */
export function extractTonder({ account, body }: Delivery): Extraction {
  const read =
    body.length === 0
      ? { facts: noFacts, withheld: [] }
      : readJsonBody(body, TONDER_WEBHOOK_MEMBERS);
  if ('refused' in read) {
    const value = encodeFacts({ body: null, query: noFacts });
    return { readable: false, value, reason: read.refused };
  }
  const { facts, withheld } = withoutPayersText(read);
  const { subject } = tonderKeys(facts);
  return {
    readable: true,
    value: encodeFacts({ body: facts, query: noFacts }),
    subject: subject === null ? null : { account: account.id, ...subject },
    environment: null,
    providerTraceIds: [],
    withheld,
  };
}
