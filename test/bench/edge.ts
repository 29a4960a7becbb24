import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openKeyRing } from '#events/file-key-ring.js';
import { uuidV7 } from '#events/uuid.js';
import { createLogger } from '#platform/logger.js';
import { Metrics } from '#platform/metrics.js';
import { parseAccounts } from '#providers/parse-accounts.js';
import { providerOf } from '#providers/registry.js';
import { AcceptDelivery } from '../../apps/ingest/accept-delivery.js';
import { IngestMetrics } from '../../apps/ingest/ingest-metrics.js';
import { SourceDirectory } from '../../apps/ingest/source-directory.js';
import { accountsOf } from './bench-accounts.js';
import { ownCpuSeconds } from './cpu.js';
import { DELIVERIES, type DeliveryName, type SentDelivery } from './deliveries.js';
import { DiscardingEventLog } from './discarding-event-log.js';
import { printReport, type Contestant, type Figures } from './report.js';
import { coalesce } from './servers/coalesce.js';
import { checkByHand, sealByHand } from './servers/by-hand.js';

export type EdgeBenchOptions = {
  readonly deliveries: readonly DeliveryName[];
  /** Requests of one measurement. */
  readonly requests: number;
  readonly rounds: number;
  readonly isJson: boolean;
};

/** As many as a connection each, so that the log is written to in groups as it is in a server. */
const UNDER_WAY = 64;

type Serve = (sent: SentDelivery) => Promise<unknown>;

/**
 * The edge without its sockets, HTTP and store, in this process: what is Cuadre's own work, and what a
 * profiler sees of it. The baseline is the same work by hand.
 */
export async function benchEdge(options: EdgeBenchOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'cuadre-bench-'));
  try {
    const contestants: Contestant[] = [];
    for (const name of options.deliveries) {
      contestants.push(...(await compete(name, { ...options, dir })));
    }
    printReport(
      {
        bench: 'edge',
        method:
          `${options.requests} deliveries in one process, ${UNDER_WAY} under way at once, a log that ` +
          `keeps nothing, ${options.rounds} interleaved rounds`,
        contestants,
      },
      options.isJson,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function compete(
  name: DeliveryName,
  { dir, requests, rounds }: EdgeBenchOptions & { readonly dir: string },
): Promise<readonly Contestant[]> {
  const run = uuidV7();
  const sent = Array.from({ length: requests }, (_, n) => DELIVERIES[name].make(`${run}/${n}`));
  const bare = `bare: ${name}`;
  const entries = [
    { name: bare, comparedWith: bare, serve: bareEdge(name), rounds: [] as Figures[] },
    {
      name: `cuadre: ${name}`,
      comparedWith: bare,
      serve: cuadreEdge(name, dir),
      rounds: [] as Figures[],
    },
  ];
  for (const { serve } of entries) await cpuEach(serve, sent);
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of entries) {
      entry.rounds.push({ 'CPU us': await cpuEach(entry.serve, sent) });
    }
  }
  return entries;
}

/** CPU of one request, in microseconds. */
async function cpuEach(serve: Serve, sent: readonly SentDelivery[]): Promise<number> {
  const before = ownCpuSeconds();
  for (let start = 0; start < sent.length; start += UNDER_WAY) {
    await Promise.all(sent.slice(start, start + UNDER_WAY).map(serve));
    await turn();
  }
  return ((ownCpuSeconds() - before) * 1e6) / sent.length;
}

function bareEdge(name: DeliveryName): Serve {
  const store = coalesce<Buffer>(async () => undefined);
  return async (sent) => {
    if (!checkByHand(name, sent)) throw new Error(`${name} did not prove itself.`);
    await store(sealByHand(sent.body));
  };
}

function cuadreEdge(name: DeliveryName, dir: string): Serve {
  const parsed = parseAccounts(JSON.stringify(accountsOf([name])), 'test');
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const edge = new AcceptDelivery({
    sources: new SourceDirectory(parsed.accounts, { providerOf, nowMs: Date.now() }),
    log: new DiscardingEventLog(),
    keyRing: openKeyRing(join(dir, 'keys'), { create: true }),
    onRefused: () => undefined,
    metrics: new IngestMetrics(new Metrics()),
    logger: createLogger({ logging: { level: 'info', isPretty: false } }, {}),
    nowMs: Date.now,
    bodyLimitBytes: 262_144,
  });
  return async ({ query, headers, body }) => {
    const admitted = edge.admit({ source: name, query, headers });
    const answer =
      'answer' in admitted ? admitted.answer : await edge.accept(admitted.admission, body);
    if (answer.status !== 200) throw new Error(`${name} was answered ${answer.status}.`);
  };
}
