import type { Queryable } from '#read-models/database.js';
import type { FoldTable } from '#read-models/fold/fold-table.js';
import {
  CUSTOMERS,
  DELIVERIES,
  PARKED_RECORDS,
  PARKED_SUBJECTS,
  REPORT_LINES,
  SUBSCRIPTIONS,
} from '#read-models/fold/fold-tables.js';
import type { Row } from '#read-models/writes/column-values.js';
import { writeRows, type WriteMode } from '#read-models/writes/write-rows.js';
import type { Deduped } from './dedupe.js';
import { deliveryRow } from './delivery-row.js';
import { foldLatest } from './fold-latest.js';
import type { PaymentChange } from './fold-payments.js';
import type { parkPoison } from './park.js';
import { reportLineRows } from './report-line-rows.js';

/** Everything that only this partition writes: registers, what was parked, deliveries. */
export async function writeRecords(
  tx: Queryable,
  schema: string,
  folded: {
    readonly poison: Pick<ReturnType<typeof parkPoison>, 'subjects' | 'records'>;
    readonly deduped: readonly Deduped[];
    readonly changes: readonly PaymentChange[];
  },
): Promise<void> {
  const { poison, deduped } = folded;
  const changes = new Map(folded.changes.map((change) => [change.position, change]));
  const latest = foldLatest(deduped);
  const write = async (table: FoldTable, rows: readonly Row[], mode: WriteMode): Promise<void> =>
    writeRows(tx, { schema, table, rows, mode });
  await Promise.all([
    write(SUBSCRIPTIONS, latest.subscriptions, 'newest'),
    write(CUSTOMERS, latest.customers, 'newest'),
    write(PARKED_SUBJECTS, poison.subjects, 'insert'),
    write(PARKED_RECORDS, poison.records, 'insert'),
    write(REPORT_LINES, reportLineRows(deduped), 'insert'),
    write(
      DELIVERIES,
      deduped.map((one) => deliveryRow(one, changes.get(one.input.record.position))),
      'insert',
    ),
  ]);
}
