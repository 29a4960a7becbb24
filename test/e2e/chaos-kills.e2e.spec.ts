import { expect, it } from 'vitest';
import { runChaos } from '../chaos/run-program.js';

const TIMEOUT_MS = 270_000;

it(
  'loses nothing and does nothing twice, whatever is killed in the middle of a storm',
  { timeout: TIMEOUT_MS + 30_000 },
  async () => {
    const { exitCode, output } = await runChaos(
      ['kills', '--webhooks', '1500', '--rate', '300', '--kills', '4', '--postgres-kills', '1'],
      { timeoutMs: TIMEOUT_MS },
    );
    expect(exitCode, output).toBe(0);
    expect(output).toContain('PASS: chaos kills');
  },
);
