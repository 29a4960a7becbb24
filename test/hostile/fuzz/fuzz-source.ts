import fc from 'fast-check';
import type { MemoryEventLog } from '#event-log/memory/memory-event-log.js';
import type { Account, Source } from '#providers/account.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { PROVIDER_NAMES, type ProviderName } from '#providers/provider-name.js';
import { providerOf } from '#providers/registry.js';
import { FuzzArena, type Tally } from './arena.js';
import { genuineBodiesOf } from './genuine.js';
import { hostileDelivery } from './hostile-delivery.js';

const ROUND_DELIVERIES = 2_000;

export type FuzzTarget = { readonly account: Account; readonly source: Source };

export type FuzzOptions = {
  readonly deliveries: number;
  readonly seed: number;
  /** Collects garbage, so that the heap can be told. */
  readonly collect?: () => void;
  /** Sees the log of every round before it is thrown away. */
  readonly onRound?: (log: MemoryEventLog) => Promise<void>;
};

export type FuzzReport = {
  readonly deliveries: number;
  readonly tookMs: number;
  readonly tally: Tally;
  /** Heap in use after each round, collected; empty where there is no way to collect. */
  readonly heapBytes: readonly number[];
};

/** Every source of every provider that the registry knows; the others are `missing`. */
export function fuzzTargets(): {
  readonly targets: readonly FuzzTarget[];
  readonly missing: readonly ProviderName[];
} {
  const missing = PROVIDER_NAMES.filter((name) => providerOf(name) === null);
  const accounts = PROVIDER_NAMES.filter((name) => !missing.includes(name)).map((provider) => ({
    provider,
    secret: `${provider}-fuzz-secret-0123456789`,
  }));
  const parsed = parseAccounts(JSON.stringify({ accounts }));
  if ('problems' in parsed) throw new Error(parsed.problems.join());
  const targets = parsed.accounts.flatMap((account) => {
    const sources = account.sources.map((source) => ({ ...source, rate: UNLIMITED }));
    return sources.map((source) => ({ account: { ...account, sources }, source }));
  });
  return { targets, missing };
}

/** Throws what fast-check found, with its seed and path; the same seed finds it again. */
export async function fuzzSource(
  { account, source }: FuzzTarget,
  { deliveries, seed, collect, onRound }: FuzzOptions,
): Promise<FuzzReport> {
  const bodies = await genuineBodiesOf(account.provider);
  const arena = new FuzzArena(account, source);
  const heapBytes: number[] = [];
  const startedAtMs = performance.now();
  try {
    for (let done = 0; done < deliveries; done += ROUND_DELIVERIES) {
      await fc.assert(
        fc.asyncProperty(hostileDelivery(bodies, source), (delivery) => arena.check(delivery)),
        { numRuns: Math.min(ROUND_DELIVERIES, deliveries - done), seed: seed + done },
      );
      await arena.endRound(onRound);
      if (collect === undefined) continue;
      collect();
      heapBytes.push(process.memoryUsage().heapUsed);
    }
  } finally {
    await arena.close();
  }
  const tookMs = performance.now() - startedAtMs;
  return { deliveries, tookMs, tally: arena.tally, heapBytes };
}

const LIMITLESS = { perSecond: 1_000_000, burst: 10_000_000 };
const UNLIMITED = { verified: LIMITLESS, unverified: LIMITLESS };
