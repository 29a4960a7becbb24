import { ConfigError, loadConfigWith, loadEnvFile, type Config } from '#platform/config.js';
import { createLogger } from '#platform/logger.js';
import { Shutdown } from '#platform/shutdown.js';
import { paint } from '#platform/terminal.js';
import { DatedEntryRefused } from '#projection/dated-entries.js';
import { DataDirBusy } from '#read-models/embedded-postgres/data-dir-claim.js';
import { openDataFolder, openLogFile } from './data-folder.js';
import { runDemo } from './demo/demo.js';
import { countOrders } from './demo/order-watch.js';
import { HELP, parseStandaloneOptions, type StandaloneOptions } from './options.js';
import { SetupError } from './setup-error.js';
import { StartedParts } from './started-parts.js';
import { startStandalone } from './start-standalone.js';
import { welcomeText } from './welcome.js';

const startedMs = performance.now() - process.uptime() * 1_000;

async function main(): Promise<void> {
  const options = parseStandaloneOptions(process.argv.slice(2));
  if ('refused' in options) throw new SetupError(`${options.refused}\n\n${HELP}`);
  if (options.isHelp) {
    process.stdout.write(HELP);
    return;
  }
  loadEnvFile();
  await run(loadConfigWith(options.env), options);
}

async function run(config: Config, { isLoggingToStdout }: StandaloneOptions): Promise<void> {
  await openDataFolder(config.dataDir);
  const logFile = isLoggingToStdout ? null : openLogFile(config.dataDir);
  const logger = createLogger(config, {
    service: 'cuadre',
    ...(logFile === null ? {} : { stream: logFile }),
  });
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  const parts = new StartedParts();
  const demo = new AbortController();
  const shutdown = new Shutdown({ timeoutMs: config.shutdownTimeoutMs, logger });
  let stoppingMs = 0;
  let demoRun: Promise<string | null> = Promise.resolve(null);
  shutdown.add('demo', async () => {
    stoppingMs = performance.now();
    demo.abort();
    await demoRun;
  });
  // One step for all, so that a Ctrl-C in the middle of the start stops what has been started.
  shutdown.add('parts', async () => {
    const failures = await parts.stopAll((name, error) =>
      logger.error({ err: error, part: name }, 'A part did not stop cleanly.'),
    );
    print(`\nStopped in ${seconds(performance.now() - stoppingMs)}.`);
    if (failures > 0) throw new Error(`${failures} parts did not stop cleanly.`);
  });
  shutdown.listen();
  let standalone;
  try {
    standalone = await startStandalone(config, { logger, parts });
  } catch (error) {
    if (demo.signal.aborted) return;
    await parts.stopAll(() => undefined);
    throw isUnreachable(error) ? new SetupError(unreachableText(config), { cause: error }) : error;
  }
  if (demo.signal.aborted) return;
  const known = await countOrders(standalone.database);
  const found = known === 0 ? '' : ` It found ${known} orders of earlier runs.`;
  print(
    `${paint('Cuadre is ready', 'green')} at http://127.0.0.1:${standalone.port} ` +
      `after ${seconds(performance.now() - startedMs)}.${found}\n`,
  );
  const { database, sandbox, port, token } = standalone;
  if (config.isDemoOn && sandbox !== null) {
    const api = { url: `http://127.0.0.1:${port}`, token };
    const ports = { database, sandbox, api, config, print, signal: demo.signal };
    demoRun = runDemo(ports).catch((error: unknown) => {
      // Everything else goes on without it.
      logger.error({ err: error }, 'The demo failed.');
      print('The demo failed; the log lines tell why.');
      return null;
    });
  }
  const orderId = (await demoRun) ?? '<order id>';
  if (demo.signal.aborted) return;
  print(welcomeText(standalone, { config, logPath: logFile?.path ?? null, orderId }));
}

/** Node tells a port where nobody listens, or a host that nobody knows, by a code. */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT';
}

/** Without the URLs: they hold passwords. */
function unreachableText({ database, kafka }: Config): string {
  const named = [
    ...(database.url === null ? [] : ['DATABASE_URL']),
    ...(kafka === null ? [] : ['KAFKA_BROKERS']),
  ];
  return `Nobody answers where ${named.join(' or ')} points. Start it there, or change the setting.`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

main().catch((error: unknown) => {
  const isExpected =
    error instanceof SetupError ||
    error instanceof ConfigError ||
    error instanceof DataDirBusy ||
    error instanceof DatedEntryRefused;
  const text = error instanceof Error ? (isExpected ? error.message : error.stack) : String(error);
  process.stderr.write(`${paint('Cuadre did not start.', 'red', process.stderr)} ${text ?? ''}\n`);
  process.exit(1);
});
