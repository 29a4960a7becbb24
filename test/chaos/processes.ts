import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 25;
const ANSWER_TIMEOUT_MS = 1_000;

/** The clone, seen from `dist/test/chaos` as well as from `test/chaos`. */
export const ROOT = import.meta.dirname.replace(/([\\/]dist)?[\\/]test[\\/]chaos$/, '');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');

export type AppOptions = {
  /** Names the process and its log file. */
  readonly name: string;
  /** Which app of `dist/apps`. */
  readonly app: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Working folder; `{name}.log` in it takes what the process prints. */
  readonly dir: string;
};

const running = new Set<AppProcess>();
process.once('exit', () => {
  for (const app of running) app.signal('SIGKILL');
});

/** A built app as a process group of its own, so that a signal reaches all of it and nothing else. */
export class AppProcess {
  readonly name: string;
  readonly startedMs = performance.now();
  readonly #child: ChildProcess;
  readonly #logFile: string;
  readonly #ended: Promise<void>;

  constructor({ name, app, args = [], env, dir }: AppOptions) {
    this.name = name;
    this.#logFile = join(dir, `${name}.log`);
    const log = openSync(this.#logFile, 'a');
    this.#child = spawn(NODE, nodeArguments(app, args), {
      cwd: dir,
      env: { ...inheritedEnv(), ...env },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(this);
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        running.delete(this);
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', end);
    });
  }

  /** How it ended; null while it runs. */
  get exit(): string | null {
    const { exitCode, signalCode } = this.#child;
    return exitCode === null ? signalCode : String(exitCode);
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.exit !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It ended between the look and the signal.
    }
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** SIGTERM, then SIGKILL after the time-out; answers how it ended. */
  async stop(timeoutMs: number): Promise<string> {
    this.signal('SIGTERM');
    await Promise.race([this.#ended, sleep(timeoutMs, undefined, { ref: false })]);
    await this.kill();
    return this.exit ?? 'unknown';
  }

  /** Milliseconds from its start until `url` answers 200. Throws when it ends or takes too long. */
  async untilReady(
    url: string,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<number> {
    while (!(await isAnswering(url))) {
      signal.throwIfAborted();
      const sinceMs = performance.now() - this.startedMs;
      if (this.exit !== null || sinceMs > timeoutMs) {
        const how =
          this.exit === null ? `is not ready after ${timeoutMs} ms` : `ended (${this.exit})`;
        throw new Error(`${this.name} ${how}. The end of its log:\n${this.logTail()}`);
      }
      await sleep(POLL_MS);
    }
    return performance.now() - this.startedMs;
  }

  logTail(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-15).join('\n');
  }
}

/** Runs a built app to its end; answers its exit code and what it wrote to stdout. */
export async function runApp(
  options: Omit<AppOptions, 'name'> & { readonly timeoutMs: number },
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const { app, args = [], env, dir, timeoutMs } = options;
  const child = spawn(NODE, nodeArguments(app, args), {
    cwd: dir,
    env: { ...inheritedEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString('utf8')));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { exitCode, ...texts };
}

/** Why nothing can be started, or null: the programs run what was built. */
export function whyNotBuilt(): string | null {
  const missing = ['standalone', 'sandbox', 'ingest', 'projector', 'reconciler', 'api', 'cli']
    .map((app) => mainOf(app))
    .find((file) => !existsSync(file));
  return missing === undefined ? null : `${missing} is missing. Run "npm run build" first.`;
}

/**
 * A free port below the range from which the system takes the ports of outgoing connections. While the
 * service is down, one of the sender's own connections could otherwise get its port, even connect to
 * itself, and the restart would find it taken.
 */
export async function serverPort(): Promise<number> {
  for (;;) {
    const port = 18_000 + Math.floor(Math.random() * 14_000);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
}

const given = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      probe.close(() => resolve(true));
    });
  });
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    // Not there yet.
    return false;
  }
}

function nodeArguments(app: string, args: readonly string[]): string[] {
  return ['--disable-warning=TimeoutNegativeWarning', '--trace-warnings', mainOf(app), ...args];
}

function mainOf(app: string): string {
  return join(ROOT, 'dist', 'apps', app, 'main.js');
}

/** What a process needs of ours; settings of Cuadre in the caller's environment stay out. */
function inheritedEnv(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
