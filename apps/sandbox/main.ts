import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loadConfig, loadEnvFile } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import { Shutdown } from '#platform/shutdown.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { startSandbox } from './start-sandbox.js';

// Where ingest is, when it is another process than the one at PORT.
const { values: flags } = parseArgs({ options: { 'webhooks-url': { type: 'string' } } });
loadEnvFile();
const config = loadConfig();
const logger = createLogger(config, { service: 'cuadre-sandbox' });
const parsed = parseAccounts(await readFile(config.accounts.file, 'utf8'), config.environment);
if ('problems' in parsed) {
  throw new Error(`${config.accounts.file}:\n  ${parsed.problems.join('\n  ')}`);
}
const sandbox = await startSandbox({
  accounts: parsed.accounts,
  dataDir: config.dataDir,
  host: config.http.host,
  port: config.sandbox.port,
  webhooksUrl: flags['webhooks-url'] ?? `http://127.0.0.1:${config.http.port}`,
  logger,
});
logger.info({ url: sandbox.url }, 'The sandbox is ready.');
const shutdown = new Shutdown({ timeoutMs: config.shutdownTimeoutMs, logger });
shutdown.add('sandbox', () => sandbox.stop());
shutdown.listen();
