import { subjectIdOf } from '#events/ids.js';
import { isSamePlace, openItemsOf, type OpenItem } from '#ledger/posting/open-item.js';
import type { Queryable } from '#read-models/database.js';
import { OPEN_ITEMS } from '#read-models/fold/ledger-tables.js';
import { arrayParameter } from '#read-models/writes/array-parameters.js';
import type { Row } from '#read-models/writes/column-values.js';
import { writeRows, type WriteMode } from '#read-models/writes/write-rows.js';
import type { Booked, BookedInBatch } from './posting-steps.js';

/** Writes what a batch left open, and takes out what it closed. */
export async function writeOpenItems(
  tx: Queryable,
  schema: string,
  booked: readonly BookedInBatch[],
): Promise<void> {
  const { gone, opened, changed } = openItemChanges(booked);
  const write = (rows: readonly Row[], mode: WriteMode): Promise<void> =>
    writeRows(tx, { schema, table: OPEN_ITEMS, rows, mode });
  const deleting =
    gone.length === 0
      ? null
      : tx.query({
          name: `${schema}.open_items.delete`,
          text: DELETE.replace('open_items', `${schema}.open_items`),
          values: KEY_TYPES.map((type, index) =>
            arrayParameter(
              type,
              gone.map((key) => key[index] ?? null),
            ),
          ),
        });
  await Promise.all([deleting, write(opened, 'insert'), write(changed, 'upsert')]);
}

/** Of the columns of the primary key, in its order. */
const KEY_TYPES = ['uuid', 'text', 'text', 'smallint', 'uuid', 'text'];

const DELETE = `
  delete from open_items where root_id = any($1::uuid[])
    and (root_id, ledger_account, currency, exponent, subject_id, line) in (
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::uuid[], $6::text[]))`;

/**
 * Keys of rows that are gone, and rows that are new or changed: sorted. Only its own partition writes of a
 * subject, so what was not open before is not there.
 */
function openItemChanges(booked: readonly BookedInBatch[]): {
  readonly gone: readonly Row[];
  readonly opened: readonly Row[];
  readonly changed: readonly Row[];
} {
  const gone: Row[] = [];
  const opened: Row[] = [];
  const changed: Row[] = [];
  for (const { subject, subjectId, before, after } of booked) {
    if (before.postings.length === 0 && after.postings.length === 0) continue;
    const old = openItemsOf(before.postings);
    const open = openItemsOf(after.postings);
    if (old.length === 0 && open.length === 0) continue;
    const root = rootOf(after, subjectId);
    const oldRoot = before.parent === after.parent ? root : rootOf(before, subjectId);
    for (const item of old) {
      const isStill = oldRoot === root && open.some((one) => isSamePlace(one, item));
      if (!isStill) gone.push(keyOf(item, { root: oldRoot, subjectId }));
    }
    for (const item of open) {
      if (oldRoot === root && old.some((one) => isSameItem(one, item))) continue;
      const { minor, since, reason } = item;
      const isThere = oldRoot === root && old.some((one) => isSamePlace(one, item));
      (isThere ? changed : opened).push([
        ...keyOf(item, { root, subjectId }),
        subject,
        minor,
        since,
        reason,
      ]);
    }
  }
  return { gone: gone.sort(byKey), opened: opened.sort(byKey), changed: changed.sort(byKey) };
}

function keyOf(
  { account, currency, exponent, line }: OpenItem,
  { root, subjectId }: { readonly root: string; readonly subjectId: string },
): Row {
  return [root, account, currency, exponent, subjectId, line];
}

function isSameItem(a: OpenItem, b: OpenItem): boolean {
  return a.minor === b.minor && a.since === b.since && a.reason === b.reason && isSamePlace(a, b);
}

function rootOf({ parent }: Booked, subjectId: string): string {
  return parent === null ? subjectId : subjectIdOf(parent);
}

/** By subject and place: the root alone may be another subject's too. */
function byKey(a: Row, b: Row): number {
  for (const index of [0, 4, 1, 2, 5]) {
    const [one, other] = [String(a[index]), String(b[index])];
    if (one !== other) return one < other ? -1 : 1;
  }
  return Number(a[3]) - Number(b[3]);
}
