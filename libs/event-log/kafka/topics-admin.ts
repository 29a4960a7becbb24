import kafkajs, { type Admin } from 'kafkajs';
import type { TopicSettings } from '#events/topics.js';
import { TopicMismatch } from '../event-log.js';

export type TopicShape = {
  readonly settings: TopicSettings;
  readonly partitions: number;
  readonly replicationFactor: number;
};

/** Length fields of a batch and its records, which the broker counts and we do not. */
const BATCH_OVERHEAD_BYTES = 4_096;
const HOUR_MS = 3_600_000;

/**
 * Creates the topic, or checks the one that exists: partition count, replicas and every setting that
 * we would have given it. Throws `TopicMismatch` that names each difference.
 */
export async function ensureTopic(admin: Admin, shape: TopicShape): Promise<void> {
  const topic = shape.settings.name;
  if (!(await topicExists(admin, topic))) {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: shape.partitions,
          replicationFactor: shape.replicationFactor,
          configEntries: [...wantedConfig(shape)].map(([name, value]) => ({ name, value })),
        },
      ],
    });
  }
  // Checked after a creation too: another process may have been first, with other settings.
  const differences = await findDifferences(admin, shape);
  if (differences.length > 0) {
    throw new TopicMismatch(`Topic ${topic} is not as configured: ${differences.join('; ')}.`);
  }
}

/** The settings of a topic, as the broker names and writes them. */
function wantedConfig({ settings, replicationFactor }: TopicShape): Map<string, string> {
  const config = new Map([
    ['cleanup.policy', settings.cleanup],
    ['retention.ms', `${settings.retentionMs}`],
    ['retention.bytes', '-1'],
    ['message.timestamp.type', 'LogAppendTime'],
    ['max.message.bytes', `${settings.recordBytesMax + BATCH_OVERHEAD_BYTES}`],
    ['min.insync.replicas', replicationFactor >= 3 ? '2' : '1'],
    ['unclean.leader.election.enable', 'false'],
  ]);
  if (settings.cleanup === 'compact') {
    // A reader that is an hour late still sees every step; an old snapshot is gone within a week.
    config.set('min.compaction.lag.ms', `${HOUR_MS}`);
    config.set('max.compaction.lag.ms', `${7 * 24 * HOUR_MS}`);
  }
  return config;
}

async function topicExists(admin: Admin, topic: string): Promise<boolean> {
  return (await admin.listTopics()).includes(topic);
}

async function findDifferences(admin: Admin, shape: TopicShape): Promise<string[]> {
  const { settings, partitions, replicationFactor } = shape;
  const differences: string[] = [];
  const { topics } = await admin.fetchTopicMetadata({ topics: [settings.name] });
  const found = topics[0]?.partitions ?? [];
  if (found.length !== partitions) {
    differences.push(`it has ${found.length} partitions, not ${partitions}`);
  }
  const replicas = Math.min(...found.map((one) => one.replicas.length));
  if (replicas < replicationFactor) {
    differences.push(`it has ${replicas} replicas, not ${replicationFactor}`);
  }
  const config = await describeTopicConfig(admin, settings.name);
  for (const [name, wanted] of wantedConfig(shape)) {
    const actual = config.get(name);
    if (!isGoodEnough({ name, wanted, actual })) {
      differences.push(`${name} is ${actual ?? 'unknown'}, not ${wanted}`);
    }
  }
  return differences;
}

function isGoodEnough(entry: {
  readonly name: string;
  readonly wanted: string;
  readonly actual: string | undefined;
}): boolean {
  const { name, wanted, actual } = entry;
  if (actual === wanted) return true;
  // More room or more safety than asked for is no difference.
  const isBound = name === 'max.message.bytes' || name === 'min.insync.replicas';
  return isBound && Number(actual) >= Number(wanted);
}

export async function describeTopicConfig(
  admin: Admin,
  topic: string,
): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  });
  // By name: neither the order nor `isDefault` can be relied on.
  const entries = resources[0]?.configEntries ?? [];
  return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
}
