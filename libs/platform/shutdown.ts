import type { Logger } from './logger.js';

export type ShutdownOptions = {
  readonly timeoutMs: number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Default: the process. */
  readonly signals?: Pick<NodeJS.EventEmitter, 'on'>;
  readonly exit?: (code: number) => void;
};

/** A signal sent once may arrive twice: the terminal and npm both pass Ctrl-C on. */
const SAME_SIGNAL_MS = 1000;

/**
 * Stops the process cleanly: on SIGINT or SIGTERM the steps run in the order in which they were added, one
 * after the other, within the time-out. A second signal, a failed step or the time-out ends with code 1.
 */
export class Shutdown {
  readonly #options: ShutdownOptions;
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  #running: Promise<void> | null = null;
  #startedMs = 0;

  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** First what takes in work, then what does it, last what both stand on. */
  add(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  listen(): void {
    const signals = this.#options.signals ?? process;
    for (const signal of ['SIGINT', 'SIGTERM']) {
      signals.on(signal, () => this.#onSignal(signal));
    }
  }

  /** Runs the steps once, however often it is asked, and exits. */
  run(reason: string): Promise<void> {
    this.#startedMs = performance.now();
    this.#running ??= this.#stopAll(reason);
    return this.#running;
  }

  #onSignal(signal: string): void {
    if (this.#running === null) {
      void this.run(signal);
    } else if (performance.now() - this.#startedMs > SAME_SIGNAL_MS) {
      this.#options.logger.warn(`${signal} again: not waiting any longer.`);
      this.#exit(1);
    }
  }

  async #stopAll(reason: string): Promise<void> {
    const { logger, timeoutMs } = this.#options;
    logger.info({ reason }, 'Stopping.');
    let current = 'nothing yet';
    const timer = setTimeout(() => {
      logger.error({ step: current, timeoutMs }, 'Did not stop in time.');
      this.#exit(1);
    }, timeoutMs);
    let failures = 0;
    for (const { name, stop } of this.#steps) {
      current = name;
      try {
        await stop();
      } catch (error) {
        // The later steps still have to run: they hold what must not be left behind.
        failures += 1;
        logger.error({ err: error, step: name }, 'A step of the stop failed.');
      }
    }
    clearTimeout(timer);
    logger.info('Stopped.');
    this.#exit(failures === 0 ? 0 : 1);
  }

  #exit(code: number): void {
    const exit = this.#options.exit ?? ((exitCode: number) => process.exit(exitCode));
    exit(code);
  }
}
