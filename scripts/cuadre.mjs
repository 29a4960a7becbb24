#!/usr/bin/env node
/** The `cuadre` command of a clone: makes it ready, then runs the built command-line app on Node 24. */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const scripts = dirname(fileURLToPath(import.meta.url));
const root = dirname(scripts);
// Output of the preparation goes to stderr: stdout belongs to the command (`--json`).
const ready = spawnSync(process.execPath, [join(scripts, 'ready.mjs'), 'build'], {
  stdio: ['ignore', 2, 2],
});
if (ready.status !== 0) process.exit(1);

const node = join(root, 'node_modules', '.bin', 'node');
const main = join(root, 'dist', 'apps', 'cli', 'main.js');
const command = spawn(
  node,
  ['--disable-warning=TimeoutNegativeWarning', main, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
// A terminal sends the signal to both; from elsewhere it reaches this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => command.kill(signal));
command.on('error', (error) => {
  process.stderr.write(`The command could not be started: ${error.message}\n`);
  process.exitCode = 1;
});
command.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
