import type { PublicMessage } from '#events/public-events.js';
import type { Queryable } from '../database.js';

/** Puts messages for public topics beside the rows that they tell of, in the same transaction. */
export async function writeOutbox(
  tx: Queryable,
  messages: readonly PublicMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await tx.query({
    name: 'outbox.write',
    text: `insert into ops.outbox (topic, key, value, headers)
           select t, k, convert_to(v, 'UTF8'), h
             from unnest($1::text[], $2::text[], $3::text[], $4::text[])
                  with ordinality as m (t, k, v, h, n)
            order by n`,
    values: [
      messages.map((message) => message.topic),
      messages.map((message) => message.key),
      messages.map((message) => message.value.toString('utf8')),
      messages.map((message) => JSON.stringify(message.headers)),
    ],
  });
}

export type OutboxMessage = PublicMessage & { readonly id: string; readonly createdAt: Date };

/** The oldest messages, in order. Only one relay at a time reads, so the order per key holds. */
export async function readOutbox(db: Queryable, limit: number): Promise<readonly OutboxMessage[]> {
  const { rows } = await db.query<OutboxRow>({
    name: 'outbox.read',
    text: `select id, topic, key, value, headers, created_at from ops.outbox order by id limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    id: row.id,
    topic: row.topic,
    key: row.key,
    value: row.value,
    headers: JSON.parse(row.headers) as Record<string, string>,
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
  readonly value: Buffer;
  readonly headers: string;
  readonly created_at: Date;
};
