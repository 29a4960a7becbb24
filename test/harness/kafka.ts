import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  freePort,
  installKafka,
  javaArguments,
  javaBinary,
  serverProperties,
  sharedClasses,
} from './kafka-install.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

export type BrokerOptions = {
  /** Keeps the data over restarts and runs; without it a temporary folder, removed by `stop`. */
  readonly dir?: string;
  readonly port?: number;
  /** Port that clients are told to connect to: a proxy's. */
  readonly advertisedPort?: number;
};

/** One real Apache Kafka broker (KRaft, combined mode) on 127.0.0.1. */
export type Broker = {
  readonly port: number;
  readonly dir: string;
  /** SIGTERM, then waits; removes the data unless the folder was given. */
  stop(): Promise<void>;
  /** SIGKILL, as a power cut of the process. The data stays. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  pause(): void;
  resume(): void;
  /** Starts again on the same data and ports, after `kill` (or stops the running one first). */
  restart(): Promise<void>;
};

export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { folder } = await installKafka();
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'cuadre-kafka-'));
  const port = options.port ?? (await freePort());
  const controllerPort = await freePort();
  const data = join(dir, 'data');
  if (!existsSync(data)) createData(folder, data);
  const properties = join(dir, 'server.properties');
  writeFileSync(
    properties,
    serverProperties({
      data,
      port,
      controllerPort,
      advertisedPort: options.advertisedPort ?? port,
    }),
  );
  const run = (): Promise<ChildProcess> => runBroker({ folder, dir, properties, port });
  let child = await run();
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill(signal);
    const late = sleep(STOP_TIMEOUT_MS, 'late', { ref: false });
    if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
    await exited;
  };
  return {
    port,
    dir,
    stop: async () => {
      await end('SIGTERM');
      if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await end('SIGTERM');
      child = await run();
    },
  };
}

/** A copy of the formatted template under a cluster id of its own, so that its logs are its own. */
function createData(folder: string, data: string): void {
  mkdirSync(join(data, '..'), { recursive: true });
  cpSync(join(folder, 'template', 'data'), data, { recursive: true });
  const meta = join(data, 'meta.properties');
  const clusterId = randomBytes(16).toString('base64url');
  const text = readFileSync(meta, 'utf8');
  writeFileSync(meta, text.replace(/^cluster\.id=.*$/m, `cluster.id=${clusterId}`));
}

async function runBroker(options: {
  readonly folder: string;
  readonly dir: string;
  readonly properties: string;
  readonly port: number;
}): Promise<ChildProcess> {
  const { folder, dir, properties, port } = options;
  const logFile = join(dir, 'broker.log');
  const log = openSync(logFile, 'a');
  const child = spawn(
    javaBinary(),
    javaArguments(folder, { main: 'kafka.Kafka', args: [properties], flags: sharedClasses() }),
    { cwd: folder, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const killWithParent = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithParent);
  child.once('exit', () => process.off('exit', killWithParent));
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs) {
      child.kill('SIGKILL');
      throw new Error(`The Kafka broker did not start: ${readFileSync(logFile, 'utf8')}`);
    }
    await sleep(50);
  }
  return child;
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
