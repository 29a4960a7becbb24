import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '#event-log/event-log.js';
import { openKafkaEventLog } from '#event-log/kafka/kafka-event-log.js';
import { OBSERVATIONS } from '#events/topics.js';
import { startBroker } from '../harness/kafka.js';
import { cpuSecondsOf } from './cpu.js';
import type { ArenaOptions, IngestArena } from './ingest-arena.js';
import { startCuadreIngest } from './ingest-cuadre.js';
import { startIngestServer } from './ingest-server.js';

const PARTITIONS = 12;
const BASELINE_TOPIC = 'bench.deliveries';

/** One real broker; every contestant with a topic of its own, of equal settings. */
export async function startKafkaArena(options: ArenaOptions): Promise<IngestArena> {
  const broker = await startBroker({ dir: join(options.dir, 'kafka') });
  const brokers = `127.0.0.1:${broker.port}`;
  const brokerPid = pidOfCommand(join(broker.dir, 'server.properties'));
  const openTopic = (name: string): Promise<EventLog> =>
    openKafkaEventLog({
      brokers: [brokers],
      clientId: 'bench',
      settings: { ...OBSERVATIONS, name },
      partitions: PARTITIONS,
      replicationFactor: 1,
    });
  const logs = {
    baseline: await openTopic(BASELINE_TOPIC),
    cuadre: await openTopic(OBSERVATIONS.name),
  };
  const name = 'bare, one producer';
  const env = { KAFKA_BROKERS: brokers, TOPIC: BASELINE_TOPIC, PARTITIONS: String(PARTITIONS) };
  const entry = new URL('./servers/kafka-batch.js', import.meta.url);
  const contestants = [
    {
      name,
      isInEveryRace: true,
      server: await startIngestServer({ ...options, name, entry, env }),
      countDurable: () => countRecords(logs.baseline),
    },
    {
      name: 'cuadre',
      isInEveryRace: true,
      server: await startCuadreIngest({ KAFKA_BROKERS: brokers }, options),
      countDurable: () => countRecords(logs.cuadre),
    },
  ];
  return {
    contestants,
    storeName: 'broker',
    storeText: 'one Kafka broker, acks=-1',
    storeCpuSeconds: () => cpuSecondsOf(brokerPid),
    settle: async () => undefined,
    stop: async () => {
      await Promise.all(contestants.map(({ server }) => server.stop()));
      await Promise.all([logs.baseline.close(), logs.cuadre.close()]);
      await broker.stop();
    },
  };
}

async function countRecords(log: EventLog): Promise<number> {
  return Number((await log.endPositions()).reduce((sum, end) => sum + end, 0n));
}

/** The process that was started with this argument. */
function pidOfCommand(argument: string): number {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      if (command.includes(argument)) return Number(name);
    } catch {
      // The process ended, or it is not ours to look at.
    }
  }
  throw new Error(`No process was started with ${argument}.`);
}
