import type { PublicMessage } from '#events/public-events.js';
import type { Queryable } from '../database.js';

/** Any number of messages is written by statements of these sizes, so that each is planned once. */
const CHUNK_MESSAGES = [256, 64, 16, 4, 1] as const;

/**
 * Puts messages for public topics beside the rows that they tell of, in the same transaction.
 *
 * A parameter for each value, unlike the folded rows: a snapshot is JSON, every quote of which an array
 * would escape.
 */
export async function writeOutbox(
  tx: Queryable,
  messages: readonly PublicMessage[],
): Promise<void> {
  const issued: Promise<unknown>[] = [];
  let start = 0;
  for (const size of CHUNK_MESSAGES) {
    for (; messages.length - start >= size; start += size) {
      issued.push(
        tx.query({
          name: `outbox.write.${size}`,
          text: insertStatement(size),
          values: messages
            .slice(start, start + size)
            .flatMap(({ topic, key, value, headers }) => [
              topic,
              key,
              value,
              JSON.stringify(headers),
            ]),
        }),
      );
    }
  }
  await Promise.all(issued);
}

function insertStatement(size: number): string {
  const rows = Array.from({ length: size }, (_, row) => {
    const first = row * 4 + 1;
    return `($${first}, $${first + 1}, $${first + 2}, $${first + 3})`;
  });
  return `insert into ops.outbox (topic, key, value, headers) values ${rows.join(', ')}`;
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
