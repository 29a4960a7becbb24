import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { startKafkaProxy, type KafkaProxy } from '../harness/kafka-proxy.js';
import { startBroker, type Broker } from '../harness/kafka.js';
import { Check } from './check.js';
import { AppProcess, serverPort } from './processes.js';
import { durationsText, seconds, type ChaosReport } from './report.js';
import { StormSeries, type StormOptions } from './storm-series.js';
import { untilSettled, verify } from './verify.js';
import { startSandboxProcess, type ProgramPorts, type Workspace } from './workspace.js';

const SESSION_MS = 6_000;
/** Past its session, and past the next heartbeat of the others. */
const STOPPED_MS = SESSION_MS * 1.6;
const BROKER_DOWN_MS = 1_000;
const DROPPING_MS = 4_000;
const DROP_EVERY_MS = 400;
const READY_TIMEOUT_MS = 60_000;
const SETTLE_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 15_000;

/** Parts of the storm after which each fault comes. */
const MOMENTS = { stop: 0.1, broker: 0.45, drop: 0.7 } as const;

/**
 * The same storm with every role a process of its own and the log on Kafka, behind a proxy: a projector
 * is stopped past its session and woken, the broker is killed and started again on its data, and answers
 * to producers are lost after the broker has stored what they asked for.
 */
export async function runKafka(options: StormOptions, ports: ProgramPorts): Promise<ChaosReport> {
  const { workspace, print, signal } = ports;
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const { env, databaseUrl, broker, proxy } = await startParts(workspace, stops);
    const roles = new Roles(workspace, env, signal);
    stops.push(() => roles.killAll());
    const startsMs = await roles.start();
    print(`every role is ready; starts took ${durationsText(startsMs)}`);
    const { ingest, api } = roles.urls();
    roles.add(await startSandboxProcess(workspace, { webhooksUrl: ingest, signal }));
    const series = new StormSeries(workspace, options, signal);
    series.start();
    const faults = await injectFaults(options, { ...ports, broker, proxy, roles, series });
    print('the last fault is over; waiting for the end of the storm');
    const storms = await series.end();
    const system = { workspace, databaseUrl, env, apiUrl: api };
    const settledMs = await untilSettled(system, { timeoutMs: SETTLE_TIMEOUT_MS, signal });
    print(`at rest ${seconds(settledMs)} after the end of the storm; verifying`);
    const { checks, facts } = await verify(system, storms);
    return {
      program: 'kafka',
      seed: options.seed,
      facts: [
        ...facts,
        ['produce answers lost', String(proxy.droppedAnswers())],
        ['from the end of the storm to rest', seconds(settledMs)],
      ],
      checks: [...checks, faults, await roles.stop()],
    };
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

/** What the roles stand on; `stops` takes what has to be stopped, also when a later start fails. */
async function startParts(workspace: Workspace, stops: (() => Promise<unknown>)[]) {
  const database = await startEmbeddedPostgres({ dataDir: workspace.dataDir });
  stops.push(() => database.stop());
  const proxyPort = await serverPort();
  const broker = await startBroker({
    dir: join(workspace.dir, 'kafka'),
    port: await serverPort(),
    advertisedPort: proxyPort,
  });
  stops.push(() => broker.stop());
  const proxy = await startKafkaProxy({ port: proxyPort, brokerPort: broker.port });
  stops.push(() => proxy.close());
  const env = {
    ...workspace.env,
    DATABASE_URL: database.url,
    KAFKA_BROKERS: `127.0.0.1:${proxyPort}`,
    KAFKA_SESSION_TIMEOUT_MS: String(SESSION_MS),
  };
  return { env, databaseUrl: database.url, broker, proxy };
}

type Stage = ProgramPorts & {
  readonly broker: Broker;
  readonly proxy: KafkaProxy;
  readonly roles: Roles;
  readonly series: StormSeries;
};

/** Each fault in its time; the check tells that each of them really happened. */
async function injectFaults(
  { webhooks }: StormOptions,
  { broker, proxy, roles, series, print, signal }: Stage,
): Promise<Check> {
  const check = new Check('every fault was there');
  const until = (part: number): Promise<void> => series.untilAnswered(webhooks * part);
  const projector = roles.projector();
  await until(MOMENTS.stop);
  projector.signal('SIGSTOP');
  print(`${projector.name} is stopped after ${series.answered} answers`);
  await sleep(STOPPED_MS, undefined, { signal });
  projector.signal('SIGCONT');
  print(
    `${projector.name} is woken after ${series.answered} answers, ${seconds(STOPPED_MS)} later`,
  );
  check.record(projector.exit === null ? null : `${projector.name} ended: ${projector.exit}`);
  await until(MOMENTS.broker);
  await broker.kill();
  print(`the broker is killed after ${series.answered} answers`);
  await sleep(BROKER_DOWN_MS, undefined, { signal });
  await broker.restart();
  print('the broker listens again');
  check.record(null);
  await until(MOMENTS.drop);
  print(`answers to producers are lost from now on, after ${series.answered} answers`);
  const endMs = performance.now() + DROPPING_MS;
  for (let n = 0; performance.now() < endMs; n += 1) {
    proxy.dropProduceAnswers(2, n % 2 === 0 ? 'cut' : 'hang');
    await sleep(DROP_EVERY_MS, undefined, { signal });
  }
  proxy.dropProduceAnswers(0, 'cut');
  print(`${proxy.droppedAnswers()} answers were lost`);
  check.record(proxy.droppedAnswers() > 0 ? null : 'no answer to a producer was lost');
  return check;
}

/** The processes of a deployment, each on a port of its own. */
class Roles {
  readonly #processes: AppProcess[] = [];
  readonly #urls = new Map<string, string>();

  constructor(
    private readonly workspace: Workspace,
    private readonly env: Readonly<Record<string, string>>,
    private readonly signal: AbortSignal,
  ) {}

  /** Milliseconds until each was ready. One first, since it makes topics, tables and keys. */
  async start(): Promise<readonly number[]> {
    const first = await this.#startOne('ingest', 'ingest');
    const others = await Promise.all([
      this.#startOne('projector-1', 'projector'),
      this.#startOne('projector-2', 'projector'),
      this.#startOne('reconciler', 'reconciler'),
      this.#startOne('api', 'api'),
    ]);
    return [first, ...others];
  }

  urls(): { readonly ingest: string; readonly api: string } {
    return { ingest: this.#urls.get('ingest') ?? '', api: this.#urls.get('api') ?? '' };
  }

  projector(): AppProcess {
    const found = this.#processes.find(({ name }) => name === 'projector-1');
    if (found === undefined) throw new Error('No projector was started.');
    return found;
  }

  add(app: AppProcess): void {
    this.#processes.push(app);
  }

  async stop(): Promise<Check> {
    const check = new Check('SIGTERM stops every process cleanly');
    for (const app of this.#processes.toReversed()) {
      const before = app.exit;
      const exit = await app.stop(STOP_TIMEOUT_MS);
      const how = before === null ? `stopped with ${exit}` : `had ended with ${before}`;
      check.record(exit === '0' && before === null ? null : `${app.name} ${how}`);
    }
    return check;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#processes.map((app) => app.kill()));
  }

  async #startOne(name: string, app: string): Promise<number> {
    const port = await serverPort();
    const started = new AppProcess({
      name,
      app,
      env: { ...this.env, PORT: String(port), GRPC_PORT: String(await serverPort()) },
      dir: this.workspace.dir,
    });
    this.#processes.push(started);
    const url = `http://127.0.0.1:${port}`;
    this.#urls.set(name, url);
    const timeoutMs = READY_TIMEOUT_MS;
    return started.untilReady(`${url}/readyz`, { timeoutMs, signal: this.signal });
  }
}
