import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stderr } from 'node:process';
import { cpuSecondsOf } from './cpu.js';
import type { DeliveryName } from './deliveries.js';
import type { IngestArena, IngestContestant } from './ingest-arena.js';
import { startKafkaArena } from './ingest-kafka.js';
import { startPostgresArena } from './ingest-postgres.js';
import { startLoadGenerator, type LoadGenerator } from './load.js';
import type { LoadResult } from './load-run.js';
import type { Workload } from './load-requests.js';
import { median, printReport, type Figures } from './report.js';

export type IngestBenchOptions = {
  readonly connections: number;
  /** Of one measurement; each contestant has two a round and a workload. */
  readonly seconds: number;
  readonly rounds: number;
  /** All but the first are measured for throughput and CPU alone, with unique events. */
  readonly deliveries: readonly DeliveryName[];
  readonly workloads: readonly Workload[];
  /** Arrivals a second for the latencies; null takes a part of the slowest contestant's throughput. */
  readonly ratePerSecond: number | null;
  readonly isKafka: boolean;
  readonly isJson: boolean;
  /** Folder for a CPU profile of every contestant, or null. */
  readonly profileDir: string | null;
};

/** Enough for the compiler to be done with every path; counted, because a slow machine needs longer. */
const WARM_UP_REQUESTS = 20_000;
const WARM_UP_RUNS_MAX = 10;
const SIGNED_REQUESTS = 30_000;
const OPEN_LOAD = 0.6;

/**
 * The webhook edge against what one would write by hand, in two models. Closed: every connection sends as
 * soon as it has its answer, for throughput and CPU a request. Open: arrivals at one fixed rate for all,
 * for latencies, which a closed model would flatter. Before a figure is believed, the store itself must hold
 * exactly as many deliveries as were answered 2xx, and nothing else may have been answered.
 */
export async function benchIngest(options: IngestBenchOptions): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'cuadre-bench-'));
  const profileDir = options.profileDir === null ? null : resolve(options.profileDir);
  if (profileDir !== null) await mkdir(profileDir, { recursive: true });
  try {
    const load = await startLoadGenerator(SIGNED_REQUESTS);
    const start = options.isKafka ? startKafkaArena : startPostgresArena;
    const arena = await start({ dir, profileDir });
    try {
      await compete({ arena, load }, options);
    } finally {
      load.stop();
      await arena.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

type Bench = { readonly arena: IngestArena; readonly load: LoadGenerator };

/** One contestant under one workload, with what was measured of it so far. */
type Entry = {
  readonly contestant: IngestContestant;
  readonly delivery: DeliveryName;
  readonly workload: Workload;
  readonly throughput: Figures[];
  readonly latency: Figures[];
};

async function compete(bench: Bench, options: IngestBenchOptions): Promise<void> {
  const { storeName, contestants } = bench.arena;
  const entries = entriesOf(contestants, options);
  const [firstDelivery] = options.deliveries;
  const timed = entries.filter(({ delivery }) => delivery === firstDelivery);
  const tell = (text: string): void => void (options.isJson || stderr.write(`${text}\n`));
  const closed = { ...options, ratePerSecond: null };
  tell('Warming up');
  for (const entry of entries) await warmUp(bench, entry, closed);
  for (let round = 1; round <= options.rounds; round += 1) {
    tell(`Throughput, round ${round} of ${options.rounds}`);
    for (const entry of entries) {
      entry.throughput.push(throughputOf(await send(bench, entry, closed), storeName));
    }
  }
  const ratePerSecond = options.ratePerSecond ?? Math.round(OPEN_LOAD * slowestOf(timed));
  const open = { ...options, ratePerSecond };
  for (let round = 1; round <= options.rounds; round += 1) {
    tell(`Latency at ${ratePerSecond} requests/s, round ${round} of ${options.rounds}`);
    for (const entry of timed) entry.latency.push(latencyOf(await send(bench, entry, open)));
  }
  printReport(
    {
      bench: options.isKafka ? 'ingest-kafka' : 'ingest',
      method: methodOf(bench.arena, open),
      contestants: entries.map((entry) => ({
        name: nameOf(entry, entry.contestant.name),
        comparedWith: nameOf(entry, contestants[0]?.name ?? ''),
        rounds: entry.throughput.map((figures, n) => ({ ...figures, ...entry.latency[n] })),
      })),
    },
    options.isJson,
  );
}

function entriesOf(
  contestants: readonly IngestContestant[],
  { deliveries, workloads }: IngestBenchOptions,
): readonly Entry[] {
  return deliveries.flatMap((delivery, n) =>
    (n === 0 ? workloads : (['unique'] as const)).flatMap((workload) =>
      contestants
        .filter(({ isInEveryRace }) => n === 0 || isInEveryRace)
        .map((contestant) => ({ contestant, delivery, workload, throughput: [], latency: [] })),
    ),
  );
}

function nameOf({ delivery, workload }: Entry, contestant: string): string {
  return `${delivery}, ${workload}: ${contestant}`;
}

async function warmUp(bench: Bench, entry: Entry, options: RunOptions): Promise<void> {
  let accepted = 0;
  for (let run = 0; run < WARM_UP_RUNS_MAX && accepted < WARM_UP_REQUESTS; run += 1) {
    const { result } = await send(bench, entry, { ...options, seconds: 1 });
    accepted += result.accepted;
  }
}

type RunOptions = Pick<IngestBenchOptions, 'connections' | 'seconds' | 'ratePerSecond'>;

type Run = {
  readonly result: LoadResult;
  /** CPU that the run took, in seconds. */
  readonly cpu: { readonly node: number; readonly store: number };
};

/** One run, or an error where a delivery was refused or is not in the store. */
async function send(
  { arena, load }: Bench,
  { contestant, delivery, workload }: Entry,
  { connections, seconds, ratePerSecond }: RunOptions,
): Promise<Run> {
  const { name, server } = contestant;
  await arena.settle();
  const durableBefore = await contestant.countDurable();
  const before = { node: cpuSecondsOf(server.pid), store: arena.storeCpuSeconds() };
  const run = { port: server.port, delivery, workload, connections, seconds, ratePerSecond };
  const result = await load.run(run);
  const cpu = {
    node: cpuSecondsOf(server.pid) - before.node,
    store: arena.storeCpuSeconds() - before.store,
  };
  const durable = (await contestant.countDurable()) - durableBefore;
  if (result.failed > 0)
    throw new Error(`${name}: ${result.failed} requests were not answered 2xx.`);
  if (durable !== result.accepted) {
    throw new Error(`${name}: ${result.accepted} answered 2xx, ${durable} durable.`);
  }
  return { result, cpu };
}

function throughputOf({ result, cpu }: Run, storeName: string): Figures {
  const microsecondsEach = (seconds: number): number => (seconds * 1e6) / result.accepted;
  return {
    'requests/s': result.accepted / result.seconds,
    'node CPU us': microsecondsEach(cpu.node),
    [`${storeName} CPU us`]: microsecondsEach(cpu.store),
    'total CPU us': microsecondsEach(cpu.node + cpu.store),
  };
}

function latencyOf({ result }: Run): Figures {
  const sorted = result.latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { 'p50 ms': at(0.5), 'p99 ms': at(0.99) };
}

function slowestOf(entries: readonly Entry[]): number {
  return Math.min(
    ...entries.map(({ throughput }) => median(throughput.map((each) => each['requests/s'] ?? 0))),
  );
}

function methodOf({ storeText }: IngestArena, options: IngestBenchOptions): string {
  const { rounds, seconds, connections, ratePerSecond } = options;
  return (
    `documented events of each provider to a process of each contestant, ${storeText}, ` +
    `sender on the same machine, ${rounds} interleaved rounds of ${seconds} s; throughput and CPU a ` +
    `request with ${connections} connections that always send, latencies at ${ratePerSecond} random ` +
    `arrivals a second; every 2xx is in the store, and nothing else was answered`
  );
}
