import { expect } from 'vitest';
import type { EventLog } from '#event-log/event-log.js';
import { statusByKind, type PaymentKind } from '#ledger/payment/payment-kind.js';
import type { PaymentStatus } from '#ledger/payment/payment-status.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { subjectPostings } from '#projection/books/subject-postings.js';
import type { Database } from '#read-models/database.js';
import { pureFoldOf } from './pure-fold.js';

/** By subject key, what readers see of each payment. */
export async function paymentsInTables(database: Database): Promise<Map<string, unknown>> {
  const { rows } = await database.query<Record<string, unknown>>(
    `select subject, kind, status, reported, order_id, settlement_batch, client_reference,
             amount_minor, expected_minor, difference_minor, net_minor, refunded_minor, flags
       from cuadre.payments`,
  );
  return new Map(rows.map((row) => [String(row['subject']), row]));
}

function wordOf(kind: PaymentKind, status: PaymentStatus | null): string | null {
  return status === null ? null : statusByKind(kind, status);
}

/** The tables say what the oracle says, of payments, orders, registers and books. */
export async function expectEqualsPureFold(
  database: Database,
  log: EventLog,
  rules: PostingRules = POSTING_RULES,
): Promise<void> {
  const pure = await pureFoldOf(log);
  const tables = await paymentsInTables(database);
  const expected = new Map(
    [...pure.payments()].map(([subject, view]) => [
      subject,
      {
        subject,
        status: wordOf(view.kind, view.status),
        reported: wordOf(view.kind, view.reported),
        kind: view.kind,
        settlement_batch: view.settlementBatch,
        client_reference: view.clientReference,
        order_id: view.orderId,
        amount_minor: view.amount?.minor.toString() ?? null,
        expected_minor: view.expected?.minor.toString() ?? null,
        difference_minor: view.difference?.minor.toString() ?? null,
        net_minor: view.net?.minor.toString() ?? null,
        refunded_minor: view.refunded?.minor.toString() ?? null,
        flags: [...view.flags],
      },
    ]),
  );
  expect(tables).toEqual(expected);
  await expectBooksOf(database, log, rules);
  const latest = await database.query<{ subject: string; word: string }>(
    `select account || '/subscription/' || reference as subject, status as word
       from cuadre.subscriptions
      union all
     select account || '/customer/' || reference, level from cuadre.customers`,
  );
  expect(new Map(latest.rows.map((row) => [row.subject, row.word]))).toEqual(pure.latest());
  const { rows } = await database.query<Record<string, string | null>>(
    'select order_id, status, assurance, reported from cuadre.orders',
  );
  const orders = [...pure.orders()].map(([orderId, view]) => ({
    order_id: orderId,
    status: view.status,
    assurance: view.assurance,
    reported: view.reported,
  }));
  const byId = (a: { order_id?: string | null }, b: { order_id?: string | null }) =>
    String(a.order_id) < String(b.order_id) ? -1 : 1;
  expect([...rows].sort(byId)).toEqual(orders.sort(byId));
}

/** The entries of each subject are together what its final state should have, and balance at every prefix. */
async function expectBooksOf(
  database: Database,
  log: EventLog,
  rules: PostingRules,
): Promise<void> {
  const { rows } = await database.query<{
    partition: number;
    subject: string;
    event_id: string;
    layer: string;
    ledger_account: string;
    currency: string;
    amount_minor: string;
    effective_at: Date;
    told_at: Date | null;
  }>('select * from cuadre.ledger_entries order by partition, sequence');
  const booked = new Map<string, bigint>();
  const open = new Map<string, bigint>();
  for (const row of rows) {
    const minor = BigInt(row.amount_minor);
    const prefix = `${row.partition} ${row.event_id} ${row.layer} ${row.currency}`;
    open.set(prefix, (open.get(prefix) ?? 0n) + minor);
    const at = (row.told_at ?? row.effective_at).toISOString();
    const key = `${row.subject} ${row.layer} ${row.ledger_account} ${row.currency} ${at}`;
    booked.set(key, (booked.get(key) ?? 0n) + minor);
  }
  expect([...open.values()].filter((minor) => minor !== 0n)).toEqual([]);
  const expected = new Map<string, bigint>();
  for (const [subject, state] of (await pureFoldOf(log)).states()) {
    for (const { layer, currency, effectiveAt, legs } of subjectPostings(subject, state, rules)) {
      for (const leg of legs) {
        const key = `${subject} ${layer} ${leg.account} ${currency} ${effectiveAt}`;
        expected.set(key, (expected.get(key) ?? 0n) + leg.minor);
      }
    }
  }
  expect(withoutZeros(booked)).toEqual(withoutZeros(expected));
}

function withoutZeros(sums: ReadonlyMap<string, bigint>): ReadonlyMap<string, bigint> {
  return new Map([...sums].filter(([, minor]) => minor !== 0n).sort(byName));
}

function byName([a]: readonly [string, bigint], [b]: readonly [string, bigint]): number {
  return a < b ? -1 : 1;
}
