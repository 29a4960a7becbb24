/** How the played Cobru API misbehaves until it is told otherwise. */
export const FAULTS = ['none', 'down', 'slow', 'error', 'unauthorized-once'] as const;
export type Fault = (typeof FAULTS)[number];

export type FaultSetting = { readonly fault: Fault; readonly delayMs: number };

/**
 * - `down`: the connection is cut without an answer · `slow`: every answer takes `delayMs` longer ·
 *   `error`: every answer is a 500 · `unauthorized-once`: the next answer is a 401.
 */
export class Faults {
  #setting: FaultSetting = { fault: 'none', delayMs: 0 };

  get setting(): FaultSetting {
    return this.#setting;
  }

  set(setting: FaultSetting): void {
    this.#setting = setting;
  }

  /** What to do with the request at hand. */
  take(): FaultSetting {
    const taken = this.#setting;
    if (taken.fault === 'unauthorized-once') this.#setting = { fault: 'none', delayMs: 0 };
    return taken;
  }
}
