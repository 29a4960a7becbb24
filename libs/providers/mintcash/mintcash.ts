import { inForce } from '../dated.js';
import type { Provider } from '../provider.js';
import { MINTCASH_CATALOGUE } from './catalogue.js';
import { mintcashClient } from './client.js';
import { extractMintCash } from './extract.js';
import { interpretMintCash } from './interpret.js';
import { MINTCASH_LOOKUP_VERSION, MINTCASH_PROFILES, MINTCASH_WEBHOOK_VERSION } from './profile.js';

/** MintCash: signed, with event ids. Its lookup settles what a source without proof has claimed. */
export const mintcash: Provider = {
  name: 'mintcash',
  schemas: {
    webhook: { provider: 'mintcash', shape: 'webhook', version: MINTCASH_WEBHOOK_VERSION },
    lookup: { provider: 'mintcash', shape: 'lookup', version: MINTCASH_LOOKUP_VERSION },
  },
  extractWebhook: extractMintCash,
  refundedApart: [],
  movementKinds: ['payment'],
  reportAmounts: (recordedAtMs) => inForce(MINTCASH_PROFILES, recordedAtMs).answerAmounts,
  lookupKinds: ['payment', 'subscription'],
  interpret: interpretMintCash,
  client: mintcashClient,
  catalogue: MINTCASH_CATALOGUE,
};
