import { loadConfig, loadEnvFile, type Config } from './config.js';
import { createLogger, type Logger } from './logger.js';
import { Shutdown } from './shutdown.js';
import { startTelemetry } from './telemetry.js';

export type ProcessParts = {
  readonly config: Config;
  readonly logger: Logger;
  /** What `start` has begun is added to it, in the order in which it is to stop. */
  readonly shutdown: Shutdown;
};

/**
 * Runs a part as a process of its own, from the settings of the environment until a signal. One that
 * cannot start says why on stderr and ends with code 1.
 *
 * @param service its name in logs; in traces behind `cuadre-`
 */
export async function runProcess(
  service: string,
  start: (parts: ProcessParts) => Promise<void>,
  exit: (code: number) => void = (code) => process.exit(code),
): Promise<void> {
  try {
    loadEnvFile();
    const config = loadConfig();
    const logger = createLogger(config, { service });
    const telemetry = await startTelemetry(config, `cuadre-${service}`);
    const shutdown = new Shutdown({ timeoutMs: config.shutdownTimeoutMs, logger });
    await start({ config, logger, shutdown });
    // Last: what stops before it is still told of.
    shutdown.add('telemetry', () => telemetry.shutdown());
    shutdown.listen();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    exit(1);
  }
}
