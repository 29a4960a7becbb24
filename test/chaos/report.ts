import type { Check } from './check.js';

export type ChaosReport = {
  readonly program: string;
  readonly seed: number;
  readonly checks: readonly Check[];
  /** What happened, as names and texts: how many kills, how long starts took. */
  readonly facts: readonly (readonly [name: string, text: string])[];
};

export function isPassed({ checks }: ChaosReport): boolean {
  return checks.every((check) => check.isPassed);
}

export function reportText(report: ChaosReport): string {
  const { program, seed, checks, facts } = report;
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  const titleWidth = Math.max(...checks.map(({ title }) => title.length));
  const factLines = facts.map(([name, text]) => `  ${name.padEnd(nameWidth)}  ${text}`);
  const checkLines = checks.flatMap((check) => {
    const { title, checked, failures, shown } = check;
    const verdict = check.isPassed ? 'PASS' : 'FAIL';
    const counts = `${String(checked).padStart(8)} checked ${String(failures).padStart(6)} wrong`;
    const details = shown.map((text) => `        ${text}`);
    return [`  ${verdict}  ${title.padEnd(titleWidth)} ${counts}`, ...details];
  });
  const verdict = isPassed(report) ? 'PASS' : 'FAIL';
  return [
    '',
    ...factLines,
    '',
    ...checkLines,
    '',
    `${verdict}: chaos ${program}, seed ${seed}`,
    '',
  ].join('\n');
}

/** The same as one line of JSON. */
export function reportJson(report: ChaosReport): string {
  const { program, seed, facts } = report;
  const checks = report.checks.map(({ title, checked, failures, shown, isPassed: passed }) => ({
    title,
    isPassed: passed,
    checked,
    failures,
    shown,
  }));
  const whole = {
    program,
    seed,
    isPassed: isPassed(report),
    facts: Object.fromEntries(facts),
    checks,
  };
  return `${JSON.stringify(whole)}\n`;
}

/** `p50 1.9 s, max 3.4 s` of some durations in milliseconds. */
export function durationsText(durationsMs: readonly number[]): string {
  if (durationsMs.length === 0) return 'none';
  const sorted = durationsMs.toSorted((a, b) => a - b);
  return `p50 ${seconds(sorted[sorted.length >> 1] ?? 0)}, max ${seconds(sorted.at(-1) ?? 0)}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
