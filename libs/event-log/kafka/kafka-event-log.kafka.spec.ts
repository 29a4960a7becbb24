import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import { describe } from 'vitest';
import type { TopicSettings } from '#events/topics.js';
import {
  isKafkaAvailable,
  kafkaBrokers,
  kafkaSessionTimeoutMs,
} from '../../../test/harness/kafka-brokers.js';
import { describeEventLog } from '../event-log.contract.js';
import type { EventLogHarness } from '../harness.contract.js';
import type { EventLog } from '../event-log.js';
import { KafkaAdmin } from './kafka-client.js';
import { openKafkaEventLog } from './kafka-event-log.js';

describe.skipIf(!isKafkaAvailable())('on a real broker', () => {
  describeEventLog('Kafka', async ({ partitions }) => openHarness(partitions));
});

async function openHarness(partitions: number): Promise<EventLogHarness> {
  const settings: TopicSettings = {
    name: `contract.${randomUUID()}`,
    cleanup: 'delete',
    retentionMs: -1,
    recordBytesMax: 1_048_576,
  };
  const instances = new Map<EventLog, Network>();
  return {
    takeoverMsMax: kafkaSessionTimeoutMs() * 2,
    open: async (options = {}) => {
      const network = new Network();
      const log = await openKafkaEventLog({
        brokers: kafkaBrokers(),
        clientId: 'contract',
        settings,
        partitions: options.partitions ?? partitions,
        replicationFactor: 1,
        sessionTimeoutMs: kafkaSessionTimeoutMs(),
        socketFactory: network.open,
        ...(options.pendingRecordsMax === undefined
          ? {}
          : { limits: { pendingRecordsMax: options.pendingRecordsMax } }),
      });
      instances.set(log, network);
      return log;
    },
    crash: async (log) => instances.get(log)?.fail(),
    close: async () => {
      await Promise.all([...instances.keys()].map((log) => log.close()));
      const admin = new KafkaAdmin({ brokers: kafkaBrokers(), clientId: 'contract' });
      await admin.run((connected) => connected.deleteTopics({ topics: [settings.name] }));
      await admin.close();
    },
  };
}

/** The connections of one instance, so that they can break all at once as those of a dead process. */
class Network {
  readonly #sockets = new Set<Socket>();
  #isDown = false;

  readonly open: ISocketFactory = ({ host, port, onConnect }) => {
    if (this.#isDown) throw new Error('The network is down.');
    const socket = connect({ host, port }, onConnect);
    this.#sockets.add(socket);
    return socket;
  };

  fail(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy(new Error('The network is down.'));
  }
}
