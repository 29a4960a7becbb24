import type { EventLog } from '#event-log/event-log.js';
import type { EventLogs } from '#event-log/open-event-logs.js';
import type { Database } from '#read-models/database.js';
import { Check } from './check.js';

/** Subscribers end up with what the rows say, and a message that is sent again is the same message. */
export async function checkPublicTopics(
  database: Database,
  { paymentEvents, orderStatus }: Pick<EventLogs, 'paymentEvents' | 'orderStatus'>,
): Promise<readonly Check[]> {
  const repeated = new Check('a public message that is sent twice is the same message');
  const payments = new Check('the last public snapshot of every payment is its row');
  payments.compare(
    await rowsOf(
      database,
      'select payment_id as key, status, version from cuadre.payments where version > 0',
    ),
    await lastSnapshots(paymentEvents, repeated),
  );
  const orders = new Check('the last public snapshot of every order is its row');
  orders.compare(
    await rowsOf(
      database,
      'select order_id as key, status, version from cuadre.orders where version > 0',
    ),
    await lastSnapshots(orderStatus, repeated),
  );
  return [payments, orders, repeated];
}

/** `status, version n` by key. */
async function rowsOf(database: Database, query: string): Promise<Map<string, string>> {
  const { rows } = await database.query<{ key: string; status: string; version: string }>(query);
  return new Map(rows.map(({ key, status, version }) => [key, textOf({ status, version })]));
}

async function lastSnapshots(log: EventLog, repeated: Check): Promise<Map<string, string>> {
  const last = new Map<string, string>();
  const values = new Map<string, string>();
  for (const [partition, end] of (await log.endPositions()).entries()) {
    for await (const records of log.read(partition, 0n, end)) {
      for (const { key, value, headers } of records) {
        const text = value.toString('utf8');
        const id = headers['ce_id']?.toString('utf8') ?? 'no id';
        const before = values.get(id);
        repeated.record(before === undefined || before === text ? null : `${id} of ${key}`);
        values.set(id, text);
        last.set(key, textOf(JSON.parse(text) as { status: string; version: string }));
      }
    }
  }
  return last;
}

function textOf({ status, version }: { status: string; version: string }): string {
  return `${status}, version ${version}`;
}
