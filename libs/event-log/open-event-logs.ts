import { OBSERVATIONS, ORDER_STATUS, PAYMENT_EVENTS, type TopicSettings } from '#events/topics.js';
import type { Config, KafkaConfig } from '#platform/config.js';
import type { Logger } from '#platform/logger.js';
import type { EventLog } from './event-log.js';
import { openKafkaEventLog } from './kafka/kafka-event-log.js';
import { openEventLogPool } from './postgres/pool.js';
import { openPostgresEventLog } from './postgres/postgres-event-log.js';

/** The topics of one deployment. */
export type EventLogs = {
  readonly observations: EventLog;
  readonly paymentEvents: EventLog;
  readonly orderStatus: EventLog;
  /** Lets pending appends finish, then gives every connection back. */
  close(): Promise<void>;
};

/** Opens every topic: on Kafka where brokers are configured, else in PostgreSQL. */
export async function openEventLogs(options: {
  readonly config: Pick<Config, 'kafka' | 'log'>;
  /** Needed unless the log is Kafka. */
  readonly databaseUrl: string | null;
  readonly logger: Logger;
}): Promise<EventLogs> {
  const opened: EventLog[] = [];
  const opener = topicOpener(options);
  const open = async (settings: TopicSettings): Promise<EventLog> => {
    const log = await opener.open(settings);
    opened.push(log);
    return log;
  };
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((log) => log.close()));
    await opener.close();
  };
  try {
    return {
      observations: await open(OBSERVATIONS),
      paymentEvents: await open(PAYMENT_EVENTS),
      orderStatus: await open(ORDER_STATUS),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type TopicOpener = {
  open(settings: TopicSettings): Promise<EventLog>;
  close(): Promise<void>;
};

function topicOpener({
  config: { log, kafka },
  databaseUrl,
  logger,
}: Parameters<typeof openEventLogs>[0]): TopicOpener {
  const { partitions } = log;
  const limits = {
    appendTimeoutMs: log.appendTimeoutMs,
    pendingRecordsMax: log.appendQueueRecordsMax,
    pendingBytesMax: log.appendQueueBytesMax,
  };
  if (kafka !== null) {
    const { replicationFactor, sessionTimeoutMs } = kafka;
    return {
      open: (settings) =>
        openKafkaEventLog({
          ...kafkaConnection(kafka),
          settings,
          partitions,
          replicationFactor,
          sessionTimeoutMs,
          limits,
          logger: ({ level, message, namespace }) => logger[level]({ kafka: namespace }, message),
        }),
      close: async () => {},
    };
  }
  if (databaseUrl === null) {
    throw new Error('Set KAFKA_BROKERS or DATABASE_URL: the log has to be somewhere.');
  }
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'A connection of the event log died.');
  const pool = openEventLogPool({ url: databaseUrl, onError });
  return {
    open: (settings) => openPostgresEventLog({ database: pool, settings, partitions, limits }),
    close: () => pool.end(),
  };
}

/** kafkajs keeps credentials inside the object that it is given, so each log gets one of its own. */
function kafkaConnection({ brokers, clientId, isSsl, sasl }: KafkaConfig) {
  return {
    brokers,
    clientId,
    ssl: isSsl,
    ...(sasl === null ? {} : { sasl: { ...sasl } }),
  };
}
