import type { PlannedDelivery } from '../../apps/sandbox/plan/delivery.js';
import { Check } from './check.js';

/** One sending and what came of it. */
export type TimedAnswer = {
  readonly delivery: PlannedDelivery;
  /** Null when it was cut or came too late. */
  readonly status: number | null;
  /** From the first byte sent to the last byte received. */
  readonly tookMs: number;
};

/** The server may close the connection of a body past its limit while the sender is still writing. */
const CUT_CASES: readonly (string | null)[] = ['oversized-body'];

/** What each sending was answered, whatever was in it. */
export function checkAnswers(answers: readonly TimedAnswer[]): readonly Check[] {
  const clear = new Check('every answer is 2xx or 4xx, and no connection is cut');
  const genuine = new Check('every genuine delivery is answered 2xx at once');
  for (const { delivery, status, tookMs } of answers) {
    const { id, source, isGenuine, hostility } = delivery;
    const label = `${id} to ${source}: ${status ?? 'no answer'} after ${Math.round(tookMs)} ms`;
    const isClear =
      status === null
        ? CUT_CASES.includes(hostility)
        : (status >= 200 && status < 300) || (status >= 400 && status < 500);
    clear.record(isClear ? null : label);
    if (isGenuine) genuine.record(status !== null && status < 300 ? null : label);
  }
  return [clear, genuine];
}

/** Answers to a storm come as soon as those to clean traffic, all of them and the genuine ones alone. */
export function checkLatency(
  clean: readonly TimedAnswer[],
  storm: readonly TimedAnswer[],
  timesMax: number,
): Check {
  const check = new Check(`p99 of the answers is at most ${timesMax} times that of clean traffic`);
  const limitMs = quantileMs(clean, 0.99) * timesMax;
  const groups = [storm, storm.filter(({ delivery }) => delivery.isGenuine)] as const;
  for (const [index, answers] of groups.entries()) {
    const foundMs = quantileMs(answers, 0.99);
    const label = index === 0 ? 'all' : 'genuine';
    check.record(
      foundMs <= limitMs
        ? null
        : `${label}: ${foundMs.toFixed(1)} ms, allowed ${limitMs.toFixed(1)} ms`,
    );
  }
  return check;
}

/** `p50 3.1 ms, p99 12.4 ms, max 80.2 ms of 5000`. */
export function latencyText(answers: readonly TimedAnswer[]): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map((part) => quantileMs(answers, part).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms of ${answers.length}`;
}

/** `2xx 40123, 401 2401, 413 80`. */
export function statusesText(answers: readonly TimedAnswer[]): string {
  const counts = new Map<string, number>();
  for (const { status } of answers) {
    const name = status === null ? 'none' : String(status);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([one], [other]) => one.localeCompare(other));
  return sorted.map(([status, count]) => `${status}: ${count}`).join(', ');
}

function quantileMs(answers: readonly TimedAnswer[], part: number): number {
  const sorted = Float64Array.from(answers, ({ tookMs }) => tookMs).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}
