import type { TestProject } from 'vitest/node';
import { whyNoKafka } from './kafka-install.js';
import { startBroker, type Broker } from './kafka.js';

declare module 'vitest' {
  // Merging into vitest's own interface is the only way to type `inject`.
  interface ProvidedContext {
    /** `host:port` list; empty where no broker can be had, and then specs skip themselves. */
    kafkaBrokers: readonly string[];
    /** The shortest group session that the brokers allow, in milliseconds. */
    kafkaSessionTimeoutMs: number;
  }
}

const OWN_SESSION_TIMEOUT_MS = 2_000;
/** Kafka's default `group.min.session.timeout.ms`. */
const FOREIGN_SESSION_TIMEOUT_MS = 6_000;

let broker: Broker | undefined;

/** `KAFKA_BROKERS` where it is set, else one broker of our own for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  const given = (process.env['KAFKA_BROKERS'] ?? '').split(',').filter((one) => one !== '');
  if (given.length > 0) {
    project.provide('kafkaBrokers', given);
    project.provide('kafkaSessionTimeoutMs', FOREIGN_SESSION_TIMEOUT_MS);
    return;
  }
  project.provide('kafkaSessionTimeoutMs', OWN_SESSION_TIMEOUT_MS);
  const why = whyNoKafka();
  if (why !== null) {
    if (process.env['CI'] === 'true') throw new Error(`The Kafka suite cannot run: ${why}`);
    console.error(`\n!!! KAFKA TESTS ARE SKIPPED: ${why} Or set KAFKA_BROKERS. !!!\n`);
    project.provide('kafkaBrokers', []);
    return;
  }
  broker = await startBroker();
  project.provide('kafkaBrokers', [`127.0.0.1:${broker.port}`]);
}

export async function teardown(): Promise<void> {
  await broker?.stop();
  broker = undefined;
}
