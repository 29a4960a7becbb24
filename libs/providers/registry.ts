import { cobru } from './cobru/cobru.js';
import { conomy } from './conomy/conomy.js';
import { mintcash } from './mintcash/mintcash.js';
import type { Provider } from './provider.js';
import { tonder } from './tonder/tonder.js';

const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  [cobru.name, cobru],
  [conomy.name, conomy],
  [mintcash.name, mintcash],
  [tonder.name, tonder],
]);

/** All that we can read, by name. */
export const ALL_PROVIDERS: readonly Provider[] = [...PROVIDERS.values()];

/**
 * The provider of this name, as accounts and envelopes have it; null where we cannot read it
 * yet.
 */
export function providerOf(name: string): Provider | null {
  return PROVIDERS.get(name) ?? null;
}
