import type { PublicMessage } from '#events/public-events.js';
import type { Queryable } from '../database.js';
import { copyIn, type CopyTarget } from './copy-in.js';

const OUTBOX: CopyTarget = {
  table: 'ops.outbox',
  columns: [
    'topic',
    'key',
    'type',
    'fold_version',
    'version',
    'recorded_at',
    'traceparent',
    'value',
  ],
  types: ['text', 'text', 'text', 'int', 'bigint', 'timestamptz', 'text', 'bytea'],
};

/**
 * Puts messages for public topics beside the rows that they tell of, in the same transaction. Their ids
 * rise in the order given.
 */
export async function writeOutbox(
  tx: Queryable,
  messages: readonly PublicMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map((message) => [
    message.topic,
    message.key,
    message.type,
    message.foldVersion,
    message.version,
    message.recordedAtMs,
    message.traceparent,
    message.value,
  ]);
  await copyIn(tx, OUTBOX, rows);
}

export type OutboxMessage = Omit<PublicMessage, 'value'> & {
  readonly id: string;
  /** The snapshot as JSON, in UTF-8. */
  readonly value: Buffer;
  readonly createdAt: Date;
};

/** The oldest messages, in order. Only one relay at a time reads, so the order per key holds. */
export async function readOutbox(db: Queryable, limit: number): Promise<readonly OutboxMessage[]> {
  const { rows } = await db.query<OutboxRow>({
    name: 'outbox.read',
    text: `select id, topic, key, type, fold_version, version, recorded_at, traceparent, value,
                  created_at
             from ops.outbox order by id limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    id: row.id,
    topic: row.topic,
    key: row.key,
    type: row.type,
    foldVersion: row.fold_version,
    version: BigInt(row.version),
    recordedAtMs: row.recorded_at.getTime(),
    traceparent: row.traceparent,
    value: row.value,
    createdAt: row.created_at,
  }));
}

export async function deleteOutbox(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query({
    name: 'outbox.delete',
    text: 'delete from ops.outbox where id = any($1::bigint[])',
    values: [ids],
  });
}

type OutboxRow = {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly type: string;
  readonly fold_version: number;
  readonly version: string;
  readonly recorded_at: Date;
  readonly traceparent: string | null;
  readonly value: Buffer;
  readonly created_at: Date;
};
