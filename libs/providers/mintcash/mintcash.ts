import type { Provider } from '../provider.js';
import { extractMintCash } from './extract.js';
import { interpretMintCash } from './interpret.js';
import { MINTCASH_WEBHOOK_VERSION } from './profile.js';

/** MintCash: signed, with event ids. It has a lookup, which the signature makes needless so far. */
export const mintcash: Provider = {
  name: 'mintcash',
  schemas: {
    webhook: { provider: 'mintcash', shape: 'webhook', version: MINTCASH_WEBHOOK_VERSION },
    lookup: null,
  },
  extractWebhook: extractMintCash,
  interpret: interpretMintCash,
  client: null,
};
