import { FOLD_VERSION } from '#projection/fold-version.js';
import type { Database } from '#read-models/database.js';
import { foldSchemaName } from '#read-models/fold/fold-schema.js';
import type { FoldTable } from '#read-models/fold/fold-table.js';
import {
  CUSTOMERS,
  DELIVERIES,
  ORDER_PAYMENTS,
  ORDERS,
  PARKED_RECORDS,
  PARKED_SUBJECTS,
  PAYMENTS,
  REFUNDS,
  SUBSCRIPTIONS,
  WORK_QUEUE,
} from '#read-models/fold/fold-tables.js';
import type { RowValue } from '#read-models/writes/column-values.js';
import { writeRows } from '#read-models/writes/write-rows.js';

const AT = '2026-11-21T10:00:00.000Z';
const UUID = '00000000-0000-7000-8000-000000000000';

/** Values by column; what is left out gets a plain default. */
export type Values = Readonly<Record<string, RowValue | undefined>>;

const TABLES = {
  orders: {
    table: ORDERS,
    defaults: {
      status: 'paid',
      assurance: 'confirmed',
      amounts: '{"paid":[],"refunded":[],"difference":[]}',
      flags: [],
      first_recorded_at: AT,
      recorded_at: AT,
      version: 1n,
    },
  },
  order_payments: { table: ORDER_PAYMENTS, defaults: {} },
  payments: {
    table: PAYMENTS,
    defaults: {
      kind: 'payment',
      account: 'mintcash-test',
      provider: 'mintcash',
      flags: [],
      first_recorded_at: AT,
      recorded_at: AT,
      version: 1n,
      own_version: 1n,
      last_position: 0n,
      state: '{}',
    },
  },
  refunds: { table: REFUNDS, defaults: { status: 'succeeded', recorded_at: AT } },
  subscriptions: {
    table: SUBSCRIPTIONS,
    defaults: {
      account: 'mintcash-test',
      provider: 'mintcash',
      status: 'active',
      rank: 0,
      told_at: AT,
      fact_id: UUID,
      recorded_at: AT,
    },
  },
  customers: {
    table: CUSTOMERS,
    defaults: {
      account: 'conomy-test',
      provider: 'conomy',
      level: 'standard',
      told_at: AT,
      fact_id: UUID,
      recorded_at: AT,
    },
  },
  deliveries: {
    table: DELIVERIES,
    defaults: {
      partition: 0,
      kind: 'webhook',
      account: 'mintcash-test',
      provider: 'mintcash',
      route: 'mintcash',
      outcome: 'applied',
      trust: 'signed',
      verification_mode: 'hmac',
      verification_key_id: 'key-1',
      body_digest: 'digest-1:00',
      received_at: AT,
      recorded_at: AT,
    },
  },
  work_queue: {
    table: WORK_QUEUE,
    defaults: { task: 'lookup', due_position: 0n, last_position: 0n, is_known: true, since: AT },
  },
  parked_subjects: {
    table: PARKED_SUBJECTS,
    defaults: { reason: 'interpreter-threw', partition: 0, first_position: 4n, recorded_at: AT },
  },
  parked_records: { table: PARKED_RECORDS, defaults: { partition: 0, recorded_at: AT } },
} as const satisfies Record<string, { table: FoldTable; defaults: Values }>;

/** Writes rows into the live generation, as the fold would. */
export async function insertRows(
  database: Database,
  name: keyof typeof TABLES,
  rows: readonly Values[],
): Promise<void> {
  const { table, defaults } = TABLES[name];
  await writeRows(database, {
    schema: foldSchemaName({ version: FOLD_VERSION, generation: 1 }),
    table,
    rows: rows.map((row) => {
      const settlement_status = (row['settlement_id'] ?? null) === null ? 'unsettled' : 'reported';
      const values: Values = { settlement_status, ...defaults, ...row };
      return table.columns.map(([column]) => values[column] ?? null);
    }),
    mode: 'insert',
  });
}
