import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.js';

const MAIN = join(ROOT, 'dist', 'test', 'chaos', 'main.js');

/** Runs a chaos program as people do; answers its exit code and all that it printed. */
export async function runChaos(
  args: readonly string[],
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing. Run "npm run build" first.`);
  const node = join(ROOT, 'node_modules', '.bin', 'node');
  const program = spawn(node, ['--disable-warning=TimeoutNegativeWarning', MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // SIGTERM lets it end what it has started.
    timeout: timeoutMs,
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    program.once('error', reject);
    program.once('close', resolve);
  });
  return { exitCode, output };
}
