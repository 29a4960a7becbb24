import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { TopicSettings } from '#events/topics.js';
import { TopicMismatch } from '../event-log.js';

/**
 * Payloads stay in the row up to a whole page, and uncompressed: sealed bytes do not compress, and
 * a second relation would cost another index entry for every record.
 */
const SCHEMA = `
create schema if not exists event_log;
create table if not exists event_log.topics (
  topic_id smallint generated always as identity primary key,
  topic text not null unique,
  log_id uuid not null default gen_random_uuid(),
  partitions smallint not null check (partitions > 0)
);
create table if not exists event_log.heads (
  topic_id smallint not null references event_log.topics,
  partition smallint not null,
  next_position bigint not null default 0,
  appended_at timestamptz not null default '-infinity',
  primary key (topic_id, partition)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create table if not exists event_log.records (
  topic_id smallint not null,
  partition smallint not null,
  position bigint not null,
  appended_at timestamptz not null,
  key text not null,
  value bytea not null,
  headers bytea not null,
  primary key (topic_id, partition, position)
) with (toast_tuple_target = 8160);
alter table event_log.records alter column value set storage external;
alter table event_log.records alter column headers set storage external;
create table if not exists event_log.members (
  topic_id smallint not null references event_log.topics,
  group_name text not null,
  member uuid not null,
  leased_until timestamptz not null,
  primary key (topic_id, group_name, member)
);
create table if not exists event_log.assignments (
  topic_id smallint not null references event_log.topics,
  group_name text not null,
  partition smallint not null,
  member uuid,
  leased_until timestamptz not null default '-infinity',
  primary key (topic_id, group_name, partition)
) with (fillfactor = 50);
`;

export type StoredTopic = {
  readonly topicId: number;
  readonly logId: string;
  readonly partitions: number;
};

/**
 * Opens a topic; creates it, and the schema, where they are missing. Any number may do so at once.
 */
export async function openTopic(
  pool: Pool,
  { settings, partitions }: { settings: TopicSettings; partitions: number },
): Promise<StoredTopic> {
  const topic =
    (await findTopic(pool, settings.name)) ?? (await createTopic(pool, settings.name, partitions));
  if (topic.partitions !== partitions) {
    throw new TopicMismatch(
      `${settings.name} was created with ${topic.partitions} partitions and is opened with ` +
        `${partitions}. The count never changes: another would split payments.`,
    );
  }
  return topic;
}

async function findTopic(pool: Pick<Pool, 'query'>, name: string): Promise<StoredTopic | null> {
  const { rows: schemas } = await pool.query<{ isThere: boolean }>(
    `select to_regclass('event_log.assignments') is not null as "isThere"`,
  );
  if (schemas[0]?.isThere !== true) return null;
  const { rows } = await pool.query<StoredTopic>(
    `select topic_id as "topicId", log_id as "logId", partitions
     from event_log.topics where topic = $1`,
    [name],
  );
  return rows[0] ?? null;
}

async function createTopic(pool: Pool, name: string, partitions: number): Promise<StoredTopic> {
  const client = await pool.connect();
  let failure: Error | undefined;
  // The statement under way fails with the same error; unheard, it would end the process.
  const onError = (error: Error): void => {
    failure = error;
  };
  client.on('error', onError);
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    let topic = await findTopic(client, name);
    if (topic === null) {
      await client.query(SCHEMA);
      await client.query(
        `with topic as (
           insert into event_log.topics (topic, partitions) values ($1, $2) returning topic_id
         )
         insert into event_log.heads (topic_id, partition)
         select topic_id, partition from topic, generate_series(0, $2::int - 1) as partition`,
        [name, partitions],
      );
      topic = await findTopic(client, name);
    }
    await client.query('commit');
    if (topic === null) throw new Error(`Topic ${name} is gone right after its creation.`);
    return topic;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw failure;
  } finally {
    client.removeListener('error', onError);
    // A client that failed half way is thrown away: its transaction may still be open.
    client.release(failure);
  }
}

/** Signed 64 bits out of a name, so that it meets nobody else's lock. */
const LOCK_KEY = createHash('sha256')
  .update('event_log.schema')
  .digest()
  .readBigInt64BE()
  .toString();
