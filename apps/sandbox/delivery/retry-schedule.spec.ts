import { describe, expect, it } from 'vitest';
import type { PlayedProvider } from '../plan/scenario.js';
import { nextPauseMs } from './retry-schedule.js';

const HOUR = 3_600;

describe("a provider's schedule", () => {
  it.each<[PlayedProvider, readonly number[]]>([
    ['cobru', []],
    ['mintcash', [30, 120, 600, HOUR, 6 * HOUR]],
    ['tonder', [60, 60]],
  ])('of %s has these pauses, in seconds: %j', (provider, expected) => {
    expect(pausesOf(provider, 1)).toEqual(expected);
  });

  it('of conomy doubles from 30 s to an hour, and ends within a day', () => {
    const pauses = pausesOf('conomy', 1);
    expect(pauses.slice(0, 9)).toEqual([30, 60, 120, 240, 480, 960, 1_920, HOUR, HOUR]);
    const lastSentAt = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(lastSentAt).toBeLessThanOrEqual(24 * HOUR);
    expect(lastSentAt).toBeGreaterThan(23 * HOUR);
  });

  it('goes as many times as fast as its clock', () => {
    for (const provider of ['mintcash', 'conomy', 'tonder'] as const) {
      expect(pausesOf(provider, 60)).toEqual(pausesOf(provider, 1).map((pause) => pause / 60));
    }
  });
});

/** Every pause until it is given up, in seconds of our clock, when each sending fails at once. */
function pausesOf(provider: PlayedProvider, speed: number): readonly number[] {
  const pauses: number[] = [];
  let sinceFirstMs = 0;
  for (let attempts = 1; attempts < 1_000; attempts += 1) {
    const pauseMs = nextPauseMs({ kind: 'provider', speed }, { provider, attempts, sinceFirstMs });
    if (pauseMs === null) return pauses;
    pauses.push(pauseMs / 1_000);
    sinceFirstMs += pauseMs;
  }
  throw new Error('It never gives up.');
}
