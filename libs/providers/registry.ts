import { cobru } from './cobru/cobru.js';
import { mintcash } from './mintcash/mintcash.js';
import type { Provider } from './provider.js';

/** Conomy and Tonder have their keys (`conomy/keys.ts`, `tonder/keys.ts`) and no provider yet. */
const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  [cobru.name, cobru],
  [mintcash.name, mintcash],
]);

/**
 * The provider of this name, as accounts and envelopes have it; null where we cannot read it
 * yet.
 */
export function providerOf(name: string): Provider | null {
  return PROVIDERS.get(name) ?? null;
}
