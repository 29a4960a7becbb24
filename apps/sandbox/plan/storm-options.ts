import type { PlayedAccounts } from './played-accounts.js';
import type { PlayedProvider } from './scenarios.js';

export type StormOptions = {
  /** Deliveries in all, genuine, duplicated and forged. */
  readonly count: number;
  readonly ratePerSecond: number;
  /** Of the genuine deliveries, the percentage that is sent again (one to three times). */
  readonly duplicatesPercent: number;
  /** Forgeries for every hundred genuine deliveries. */
  readonly forgeriesPercent: number;
  /** How many deliveries apart a delivery may be from where its order would have it. */
  readonly reorderWindow: number;
  readonly providers: readonly [PlayedProvider, ...PlayedProvider[]];
  readonly accounts: PlayedAccounts;
  /** The providers' own clock at the first event; by default it follows from the seed. */
  readonly startsAtMs?: number;
};
