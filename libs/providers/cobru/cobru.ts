import { inForce } from '../dated.js';
import type { Provider } from '../provider.js';
import { COBRU_CATALOGUE } from './catalogue.js';
import { cobruClient } from './client.js';
import { extractCobru } from './extract.js';
import { interpretCobru } from './interpret.js';
import { COBRU_LOOKUP_VERSION, COBRU_PROFILES, COBRU_WEBHOOK_VERSION } from './profile.js';

/** Cobru: unsigned, without event ids. Its callbacks are claims; only a lookup confirms. */
export const cobru: Provider = {
  name: 'cobru',
  schemas: {
    webhook: { provider: 'cobru', shape: 'webhook', version: COBRU_WEBHOOK_VERSION },
    lookup: { provider: 'cobru', shape: 'lookup', version: COBRU_LOOKUP_VERSION },
  },
  extractWebhook: extractCobru,
  refundedApart: [],
  movementKinds: ['payment', 'bank-withdrawal', 'cash-withdrawal'],
  reportAmounts: (recordedAtMs) => inForce(COBRU_PROFILES, recordedAtMs).amounts,
  lookupKinds: ['payment', 'bank-withdrawal'],
  interpret: interpretCobru,
  client: cobruClient,
  catalogue: COBRU_CATALOGUE,
};
