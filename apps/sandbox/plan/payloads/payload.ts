import { cobruCallback } from './cobru.js';
import { conomyEvent } from './conomy.js';
import { mintcashEvent } from './mintcash.js';
import type { ToldObject } from './told-object.js';
import { tonderEvent } from './tonder/tonder.js';

/** The members of a webhook's body, in the provider's own form, not signed yet. */
export function payloadOf(told: ToldObject): Record<string, unknown> {
  switch (told.object.provider) {
    case 'cobru':
      return cobruCallback(told);
    case 'conomy':
      return conomyEvent(told);
    case 'mintcash':
      return mintcashEvent(told);
    case 'tonder':
      return tonderEvent(told);
  }
}
