import type { PlayedProvider } from '../plan/scenario.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * - `provider`: as the provider itself would, on a clock that goes `speed` times as fast as ours.
 * - `persistent`: again and again within seconds, for tests of what must never be lost.
 */
export type RetryPolicy =
  { readonly kind: 'provider'; readonly speed: number } | { readonly kind: 'persistent' };

export type Attempts = {
  readonly provider: PlayedProvider;
  /** Sendings so far. */
  readonly attempts: number;
  /** Of the first sending until now, on our clock. */
  readonly sinceFirstMs: number;
};

/** How long to wait before the next sending, on our clock; null when there is none: a dead letter. */
export function nextPauseMs(policy: RetryPolicy, attempts: Attempts): number | null {
  if (policy.kind === 'persistent') return persistentPauseMs(attempts);
  const { speed } = policy;
  const sinceFirstMs = attempts.sinceFirstMs * speed;
  const pauseMs = PAUSES_MS[attempts.provider]({ ...attempts, sinceFirstMs });
  return pauseMs === null ? null : pauseMs / speed;
}

/** An answer later than this counts as none, on our clock. */
export const ANSWER_TIMEOUT_MS: Readonly<Record<PlayedProvider, number>> = {
  // Not documented.
  cobru: 10 * SECOND_MS,
  conomy: 10 * SECOND_MS,
  mintcash: 10 * SECOND_MS,
  tonder: 30 * SECOND_MS,
};

/** "MintCash errors and retries": after the first sending, then given up (24 h at the latest). */
const MINTCASH_PAUSES_MS = [
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
] as const;

const PAUSES_MS: Readonly<
  Record<PlayedProvider, (attempts: Omit<Attempts, 'provider'>) => number | null>
> = {
  // Sent once, by the vendor's original docs.
  cobru: () => null,
  // 30 s, doubling, at most an hour, for a day.
  conomy: ({ attempts, sinceFirstMs }) => {
    const pauseMs = Math.min(HOUR_MS, 30 * SECOND_MS * 2 ** Math.min(attempts - 1, 20));
    return sinceFirstMs + pauseMs > 24 * HOUR_MS ? null : pauseMs;
  },
  mintcash: ({ attempts }) => MINTCASH_PAUSES_MS[attempts - 1] ?? null,
  // Three sendings a minute apart; what is left then waits in the vendor's dead-letter queue.
  tonder: ({ attempts }) => (attempts < 3 ? MINUTE_MS : null),
};

const PERSISTENT_PAUSE_MS = 50;
const PERSISTENT_PAUSE_MS_MAX = 2_000;
const PERSISTENT_FOR_MS = 120_000;

function persistentPauseMs({ attempts, sinceFirstMs }: Attempts): number | null {
  if (sinceFirstMs > PERSISTENT_FOR_MS) return null;
  return Math.min(PERSISTENT_PAUSE_MS_MAX, PERSISTENT_PAUSE_MS * 2 ** Math.min(attempts - 1, 10));
}
