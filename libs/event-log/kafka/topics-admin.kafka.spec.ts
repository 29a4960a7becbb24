import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ORDER_STATUS, OBSERVATIONS, type TopicSettings } from '#events/topics.js';
import { isKafkaAvailable, kafkaBrokers } from '../../../test/harness/kafka-brokers.js';
import { TopicMismatch } from '../event-log.js';
import { KafkaAdmin } from './kafka-client.js';
import { openKafkaEventLog } from './kafka-event-log.js';
import { describeTopicConfig } from './topics-admin.js';

describe.skipIf(!isKafkaAvailable())('topics on a real broker', () => {
  const connection = { brokers: kafkaBrokers(), clientId: 'topics' };
  let admin: KafkaAdmin;
  beforeAll(() => {
    admin = new KafkaAdmin(connection);
  });
  afterAll(() => admin.close());

  const freshTopic = (settings: TopicSettings): TopicSettings => {
    const name = `topics.${randomUUID()}`;
    onTestFinished(() => admin.run((one) => one.deleteTopics({ topics: [name] })));
    return { ...settings, name };
  };
  const open = async (settings: TopicSettings, partitions: number): Promise<void> => {
    const log = await openKafkaEventLog({
      ...connection,
      settings,
      partitions,
      replicationFactor: 1,
    });
    await log.close();
  };

  it('creates the private topic to be kept for ever, on the clock of the log', async () => {
    const settings = freshTopic(OBSERVATIONS);
    await open(settings, 12);
    const config = await admin.run((one) => describeTopicConfig(one, settings.name));
    expect(Object.fromEntries(config)).toMatchObject({
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'message.timestamp.type': 'LogAppendTime',
      'min.insync.replicas': '1',
      'unclean.leader.election.enable': 'false',
    });
    const { topics } = await admin.run((one) =>
      one.fetchTopicMetadata({ topics: [settings.name] }),
    );
    expect(topics[0]?.partitions).toHaveLength(12);
  });

  it('creates a compact topic that keeps every step for a while', async () => {
    const settings = freshTopic(ORDER_STATUS);
    await open(settings, 2);
    const config = await admin.run((one) => describeTopicConfig(one, settings.name));
    expect(config.get('cleanup.policy')).toBe('compact');
    expect(config.get('min.compaction.lag.ms')).toBe('3600000');
    expect(config.get('max.compaction.lag.ms')).toBe('604800000');
  });

  it('opens an existing topic, and names every difference of one that is not as configured', async () => {
    const settings = freshTopic(OBSERVATIONS);
    await open(settings, 3);
    await expect(open(settings, 3)).resolves.toBeUndefined();
    const other = { ...settings, cleanup: 'compact', retentionMs: 60_000 } as const;
    const refusal = await open(other, 4).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(TopicMismatch);
    const { message } = refusal as TopicMismatch;
    expect(message).toContain('it has 3 partitions, not 4');
    expect(message).toContain('cleanup.policy is delete, not compact');
    expect(message).toContain('retention.ms is -1, not 60000');
  });

  it('takes a record as large as its settings allow, and refuses a larger one before sending', async () => {
    const settings = freshTopic(OBSERVATIONS);
    const log = await openKafkaEventLog({
      ...connection,
      settings,
      partitions: 1,
      replicationFactor: 1,
    });
    const recordOf = (bytes: number) => {
      return { key: 'k', value: Buffer.alloc(bytes - 1, 'x'), headers: {} };
    };
    await expect(log.append([recordOf(settings.recordBytesMax)])).resolves.toHaveLength(1);
    await expect(log.append([recordOf(settings.recordBytesMax + 1)])).rejects.toBeInstanceOf(
      RangeError,
    );
    await log.close();
  });

  it('leaves no group behind after reading a range', async () => {
    const settings = freshTopic(OBSERVATIONS);
    const log = await openKafkaEventLog({
      ...connection,
      settings,
      partitions: 1,
      replicationFactor: 1,
    });
    await log.append([{ key: 'k', value: Buffer.from('v'), headers: {} }]);
    for await (const batch of log.read(0, 0n, 1n)) expect(batch).toHaveLength(1);
    const readingGroups = async (): Promise<string[]> => {
      const { groups } = await admin.run((one) => one.listGroups());
      return groups.map(({ groupId }) => groupId).filter((id) => id.includes(settings.name));
    };
    await expect.poll(readingGroups, { timeout: 10_000 }).toEqual([]);
    await log.close();
  });
});
