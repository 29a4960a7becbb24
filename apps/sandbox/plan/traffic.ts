import type { PlannedDelivery } from './delivery.js';
import { SeededRandom } from './seeded-random.js';

/** How deliveries travel, whatever is in them. */
export type Traffic = {
  readonly ratePerSecond: number;
  /** So many at once, then a pause: the rate stays what it is. 1 is an even stream. */
  readonly burst: number;
  /** Each comes up to so much later than it was due. */
  readonly delayMsMax: number;
  /** Percent of first sendings that never arrive: only the provider's retry can bring them. */
  readonly losePercent: number;
};

export const HONEST_TRAFFIC: Omit<Traffic, 'ratePerSecond'> = {
  burst: 1,
  delayMsMax: 0,
  losePercent: 0,
};

/** Gives every delivery its time, and takes some first sendings away. */
export function scheduled(
  deliveries: readonly PlannedDelivery[],
  { ratePerSecond, burst, delayMsMax, losePercent }: Traffic,
  seed: number,
): readonly PlannedDelivery[] {
  const random = new SeededRandom(seed, 0x7a1);
  const timed = deliveries.map((delivery, index) => {
    const slot = Math.floor(index / burst) * burst;
    const dueMs = Math.round((slot * 1_000) / ratePerSecond + random.next() * delayMsMax);
    // A copy arrives however the first sending fares, so only what has none can be lost.
    const isLost = delivery.isGenuine && delivery.copy === 0 && random.isHit(losePercent);
    return { ...delivery, dueMs, isLost };
  });
  return delayMsMax === 0 ? timed : timed.sort((a, b) => a.dueMs - b.dueMs);
}
