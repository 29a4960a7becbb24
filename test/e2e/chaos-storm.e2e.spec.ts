import { expect, it } from 'vitest';
import { runChaos } from '../chaos/run-program.js';

const TIMEOUT_MS = 270_000;

it(
  'ends as the pure fold of its log, whatever a storm of all four providers is made of',
  { timeout: TIMEOUT_MS + 30_000 },
  async () => {
    const { exitCode, output } = await runChaos(['storm', '--webhooks', '2000', '--rate', '150'], {
      timeoutMs: TIMEOUT_MS,
    });
    expect(exitCode, output).toBe(0);
    expect(output).toContain('PASS: chaos storm');
  },
);
