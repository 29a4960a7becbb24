import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../harness/kafka-install.js';

export type IngestServer = {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
};

/** What `npm start` and the image give to Node. */
const AS_DEPLOYED = ['--disable-warning=TimeoutNegativeWarning', '--max-semi-space-size=32'];
const START_TIMEOUT_MS = 30_000;
const LOG_TAIL_CHARACTERS = 2_000;

/** Starts one contestant, with nothing of this process's environment but what it is given. */
export async function startIngestServer(options: {
  readonly name: string;
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Working folder and place of the log file: no `.env` of the project is read there. */
  readonly dir: string;
  /** Where to write a CPU profile, or null. */
  readonly profileDir: string | null;
}): Promise<IngestServer> {
  const port = await freePort();
  const logFile = join(options.dir, `${options.name.replaceAll(/\W+/g, '-')}.log`);
  const log = openSync(logFile, 'a');
  const profile =
    options.profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`];
  const child = spawn(
    process.execPath,
    [...AS_DEPLOYED, ...profile, fileURLToPath(options.entry)],
    {
      cwd: options.dir,
      stdio: ['ignore', log, log],
      env: { HOST: '127.0.0.1', PORT: String(port), ...options.env },
    },
  );
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (hasEnded() || performance.now() > deadlineMs) {
      child.kill('SIGKILL');
      const tail = readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS);
      throw new Error(`${options.name} did not start:\n${tail}`);
    }
    await sleep(50);
  }
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const answer = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
