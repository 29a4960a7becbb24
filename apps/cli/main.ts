import { loadConfig, loadEnvFile, type Config } from '#platform/config.js';
import { runCli } from './cli.js';
import { ledger } from './ledger.js';
import { rebuild } from './rebuild-command.js';
import { send } from './send.js';
import { settlements } from './settlements.js';
import { status } from './status.js';
import { trace } from './trace.js';
import { verify } from './verify.js';

loadEnvFile();
let config: Config | null = null;
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await runCli(
  [send, trace, status, ledger, settlements, verify, rebuild],
  process.argv.slice(2),
  {
    stdout: process.stdout,
    stderr: process.stderr,
    config: () => (config ??= loadConfig()),
    signal: interrupt.signal,
  },
);
