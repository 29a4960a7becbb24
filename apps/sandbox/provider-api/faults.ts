import type { PlayedProvider } from '../plan/scenario.js';

/** How a played API misbehaves until it is told otherwise. */
export const FAULTS = [
  'none',
  'down',
  'slow',
  'error',
  'rate-limited',
  'unauthorized-once',
] as const;
export type Fault = (typeof FAULTS)[number];

export type FaultSetting = { readonly fault: Fault; readonly delayMs: number };

const NO_FAULT: FaultSetting = { fault: 'none', delayMs: 0 };

/**
 * - `down`: the connection is cut without an answer · `slow`: every answer takes `delayMs` longer ·
 *   `error`: every answer is a 500 · `rate-limited`: every answer is a 429, with the provider's own
 *   headers · `unauthorized-once`: the next answer is a 401.
 */
export class Faults {
  readonly #settings = new Map<PlayedProvider, FaultSetting>();

  setting(provider: PlayedProvider): FaultSetting {
    return this.#settings.get(provider) ?? NO_FAULT;
  }

  set(provider: PlayedProvider, setting: FaultSetting): void {
    this.#settings.set(provider, setting);
  }

  /** What to do with the request at hand. */
  take(provider: PlayedProvider): FaultSetting {
    const taken = this.setting(provider);
    if (taken.fault === 'unauthorized-once') this.#settings.set(provider, NO_FAULT);
    return taken;
  }
}
