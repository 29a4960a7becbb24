import { describe, expect, it } from 'vitest';
import { fuzzSource, fuzzTargets } from './fuzz/fuzz-source.js';

const DELIVERIES = 2_000;
const { targets, missing } = fuzzTargets();

describe('hostile bodies', () => {
  for (const name of missing) process.stdout.write(`fuzz: ${name} is in no registry, skipped\n`);

  it.each(targets.map((target) => [target.source.name, target] as const))(
    'to %s are answered 2xx or 4xx, kept without poison or secrets, and stop nobody',
    async (name, target) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      process.stdout.write(`fuzz: ${DELIVERIES} deliveries to ${name}, seed ${seed}\n`);
      const { tally } = await fuzzSource(target, { deliveries: DELIVERIES, seed });
      const seen = (what: RegExp): number =>
        [...tally].reduce((sum, [key, count]) => sum + (what.test(key) ? count : 0), 0);
      // The fuzzer gets to every part: refusals, unreadable bodies, and events with an effect.
      expect(seen(/^status 200$/)).toBeGreaterThan(DELIVERIES / 5);
      expect(seen(/unreadable-body$/)).toBeGreaterThan(DELIVERIES / 50);
      expect(seen(/ event$/)).toBeGreaterThan(DELIVERIES / 50);
      // Whoever may send once is refused for the size alone.
      const isRefusing = target.source.verification.mode !== 'url';
      expect(seen(/^status 4(?!13)/) > 0).toBe(isRefusing);
    },
    120_000,
  );
});
