import type { ToldObject } from './payloads/told-object.js';
import type { PlayedAccounts } from './played-accounts.js';
import type { PlayedProvider } from './scenario.js';
import type { Traffic } from './traffic.js';

export type StormOptions = Partial<Omit<Traffic, 'ratePerSecond'>> & {
  /** Deliveries in all, genuine, duplicated, forged and hostile. */
  readonly count: number;
  readonly ratePerSecond: number;
  /** Of the genuine deliveries, the percentage that is sent again (one to three times). */
  readonly duplicatesPercent: number;
  /** Forgeries for every hundred genuine deliveries. */
  readonly forgeriesPercent: number;
  /** Bodies that mean harm for every hundred genuine deliveries; none by default. */
  readonly hostilePercent?: number;
  /** How many deliveries apart a delivery may be from where its order would have it. */
  readonly reorderWindow: number;
  readonly providers: readonly [PlayedProvider, ...PlayedProvider[]];
  readonly accounts: PlayedAccounts;
  /** Members of a body to replace before it is signed, by path (`data.customer.email`). */
  readonly replaced?: (told: ToldObject) => Readonly<Record<string, unknown>>;
  /** The providers' own clock at the first event; by default it follows from the seed. */
  readonly startsAtMs?: number;
};
