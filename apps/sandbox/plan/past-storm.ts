import { planStorm, type StormPlan } from './storm.js';
import type { StormOptions } from './storm-options.js';

/**
 * A storm whose last event happened just now: its clock goes by deliveries, so from now on it would run
 * ahead of ours, and no provider tells of the future.
 */
export function planPastStorm(
  options: Omit<StormOptions, 'startsAtMs'>,
  { seed, nowMs }: { readonly seed: number; readonly nowMs: number },
): StormPlan {
  const ahead = planStorm({ ...options, startsAtMs: nowMs }, seed);
  const lastMs = ahead.deliveries.reduce(
    (last, { books }) => Math.max(last, books?.happening.atMs ?? last),
    nowMs,
  );
  return planStorm({ ...options, startsAtMs: nowMs - (lastMs - nowMs) }, seed);
}
