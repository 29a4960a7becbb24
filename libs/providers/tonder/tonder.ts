import { inForce } from '../dated.js';
import type { Provider } from '../provider.js';
import { TONDER_CATALOGUE } from './catalogue.js';
import { tonderClient } from './client.js';
import { extractTonder } from './extract.js';
import { interpretTonder } from './interpret.js';
import { TONDER_LOOKUP_VERSION, TONDER_PROFILES, TONDER_WEBHOOK_VERSION } from './profile.js';

/**
 * Tonder: four products with five shapes of webhooks, told apart by their members, and retried for
 * three minutes only. What a source cannot prove is a claim until a lookup has answered.
 */
export const tonder: Provider = {
  name: 'tonder',
  schemas: {
    webhook: { provider: 'tonder', shape: 'webhook', version: TONDER_WEBHOOK_VERSION },
    lookup: { provider: 'tonder', shape: 'lookup', version: TONDER_LOOKUP_VERSION },
  },
  extractWebhook: extractTonder,
  refundedApart: ['transaction', 'session', 'legacy'],
  movementKinds: ['transaction', 'session', 'withdrawal', 'legacy'],
  reportAmounts: (recordedAtMs) => inForce(TONDER_PROFILES, recordedAtMs).amounts,
  lookupKinds: ['transaction', 'withdrawal', 'session'],
  interpret: interpretTonder,
  client: tonderClient,
  catalogue: TONDER_CATALOGUE,
};
