import { inForce } from '../dated.js';
import type { Provider } from '../provider.js';
import { CONOMY_CATALOGUE } from './catalogue.js';
import { conomyClient } from './client.js';
import { extractConomy } from './extract.js';
import { interpretConomy } from './interpret.js';
import { CONOMY_LOOKUP_VERSION, CONOMY_PROFILES, CONOMY_WEBHOOK_VERSION } from './profile.js';

/** Conomy: signed, without event ids; refunds and withdrawals are transactions like payments. */
export const conomy: Provider = {
  name: 'conomy',
  schemas: {
    webhook: { provider: 'conomy', shape: 'webhook', version: CONOMY_WEBHOOK_VERSION },
    lookup: { provider: 'conomy', shape: 'lookup', version: CONOMY_LOOKUP_VERSION },
  },
  extractWebhook: extractConomy,
  interpret: interpretConomy,
  refundedApart: ['transaction'],
  movementKinds: ['transaction'],
  reportAmounts: (recordedAtMs) => inForce(CONOMY_PROFILES, recordedAtMs).amounts,
  lookupKinds: ['transaction'],
  client: conomyClient,
  catalogue: CONOMY_CATALOGUE,
};
