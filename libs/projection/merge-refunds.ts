import { subjectIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import { InvariantError } from '#ledger/assert.js';
import type { RefundStatus } from '#ledger/payment/payment-status.js';
import { viewPayment } from '#ledger/payment/payment-view.js';
import { providerOf } from '#providers/registry.js';
import type { Queryable } from '#read-models/database.js';
import { PAYMENTS, REFUND_PARENTS } from '#read-models/fold/fold-tables.js';
import type { Row } from '#read-models/writes/column-values.js';
import { writeRows } from '#read-models/writes/write-rows.js';
import {
  newPayment,
  paymentRow,
  publicVersion,
  type PaymentInFold,
  type RefundOfPayment,
} from './fold-payments.js';
import { decodePaymentState } from './payment-codec.js';
import { toPayment, type StoredPayment } from './load-payments.js';

/** A payment with the refunds that it has in the tables, and whether they changed what it shows. */
export type MergedPayment = {
  readonly payment: PaymentInFold;
  /** The version of its row before this batch; 0 where there was none. */
  readonly versionBefore: bigint;
};

/** Payments of providers that give refunds an id of their own: their rows are shared. */
export function hasSharedRow({ provider }: Pick<PaymentInFold, 'provider'>): boolean {
  return (providerOf(provider)?.refundedApart.length ?? 0) > 0;
}

/**
 * Writes payments whose refunds are subjects of their own, and the payments that this batch's refunds give
 * back: a payment's status is its own facts merged with its refunds, which other partitions fold.
 *
 * Such rows are shared between partitions. So all of them, and the parents, are inserted where missing and
 * locked, in sorted order. The version is read with the lock and the refunds after it, so that both are as
 * another partition left them while this one waited. A parent that nobody has told of yet gets an empty
 * row for that lock.
 *
 * Answers the payments whose row has refunds, with those refunds in their view.
 */
export async function writeSharedPayments(
  tx: Queryable,
  schema: string,
  own: readonly PaymentInFold[],
): Promise<readonly MergedPayment[]> {
  if (own.length === 0) return [];
  const parents = missingParents(own);
  const all = [...own, ...parents].sort((a, b) => (a.paymentId < b.paymentId ? -1 : 1));
  const ids = all.map(({ paymentId }) => paymentId);
  const write = async (
    payments: readonly PaymentInFold[],
    mode: 'insert-missing' | 'upsert',
  ): Promise<void> =>
    writeRows(tx, { schema, table: PAYMENTS, rows: payments.map(paymentRow), mode });
  const [, locked, , , children] = await Promise.all([
    write(all.map(untold), 'insert-missing'),
    lockPayments(tx, schema, ids),
    write(own, 'upsert'),
    writeRows(tx, { schema, table: REFUND_PARENTS, rows: parentRows(own), mode: 'insert-missing' }),
    refundsOf(tx, schema, ids),
  ]);
  const stored = new Map(locked.map((row) => [row.payment_id, row]));
  const ownIds = new Set(own.map(({ paymentId }) => paymentId));
  const merged: MergedPayment[] = [];
  for (const payment of all) {
    const refunds = children.get(payment.paymentId) ?? [];
    if (refunds.length === 0) continue;
    const row = rowOf(stored, payment);
    const current = ownIds.has(payment.paymentId) ? payment : toPayment(row);
    mergeInto(current, refunds);
    merged.push({ payment: current, versionBefore: BigInt(row.version) });
  }
  await write(
    merged.map(({ payment }) => payment),
    'upsert',
  );
  return merged;
}

/** The payments that refunds of this batch give back and that this batch itself does not fold. */
function missingParents(own: readonly PaymentInFold[]): readonly PaymentInFold[] {
  const known = new Set(own.map(({ paymentId }) => paymentId));
  const parents = new Map<string, PaymentInFold>();
  for (const refund of own) {
    for (const subject of parentsOf(refund)) {
      const paymentId = subjectIdOf(subject);
      if (known.has(paymentId) || parents.has(paymentId)) continue;
      const identity = { paymentId, subject, provider: refund.provider };
      parents.set(paymentId, newPayment(identity, refund.firstRecordedAtMs));
    }
  }
  return [...parents.values()];
}

/**
 * All that it was ever said to give back: when it turns out to be another payment's, the former one has to
 * be told that it is not.
 */
function parentsOf({ state, subject }: PaymentInFold): readonly string[] {
  return state.kind === 'refund' ? state.parents.filter((parent) => parent !== subject) : [];
}

function parentRows(own: readonly PaymentInFold[]): readonly Row[] {
  return own
    .flatMap((refund) =>
      parentsOf(refund).map((parent) => [subjectIdOf(parent), refund.paymentId] as const),
    )
    .sort(([a, b], [c, d]) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1));
}

function mergeInto(payment: PaymentInFold, refunds: readonly RefundOfPayment[]): void {
  payment.refunds = refunds;
  payment.view = viewPayment(
    payment.state,
    refunds.filter(({ isCurrent }) => isCurrent),
  );
  for (const { firstRecordedAtMs, recordedAtMs } of refunds) {
    payment.firstRecordedAtMs = Math.min(payment.firstRecordedAtMs, firstRecordedAtMs);
    payment.recordedAtMs = Math.max(payment.recordedAtMs, recordedAtMs);
  }
}

/** The row that is there for its lock before it is written: in a version that nobody has been told of. */
function untold(payment: PaymentInFold): PaymentInFold {
  return { ...payment, ownVersion: 0n };
}

type LockedPayment = StoredPayment & { readonly version: string };

async function lockPayments(
  tx: Queryable,
  schema: string,
  ids: readonly string[],
): Promise<readonly LockedPayment[]> {
  const { rows } = await tx.query<LockedPayment>({
    name: `${schema}.payments.lock`,
    text: `select payment_id, subject, provider, state, own_version, first_recorded_at, recorded_at,
                  own_recorded_at, last_position, version
             from ${schema}.payments where payment_id = any($1::uuid[])
            order by payment_id for update`,
    values: [ids],
  });
  return rows;
}

type RefundRow = {
  readonly parent_id: string;
  readonly payment_id: string;
  readonly is_current: boolean | null;
  readonly subject: string;
  readonly status: RefundStatus | null;
  readonly currency: string | null;
  readonly exponent: number | null;
  readonly amount_minor: string | null;
  readonly failure_code: string | null;
  readonly state: string;
  readonly own_version: string;
  readonly first_recorded_at: Date;
  readonly recorded_at: Date;
};

/** By payment id: refunds with an id of their own, in the order of their ids. */
async function refundsOf(
  tx: Queryable,
  schema: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly RefundOfPayment[]>> {
  const { rows } = await tx.query<RefundRow>({
    name: `${schema}.payments.refunds`,
    text: `select named.parent_id, payment_id, p.parent_id = named.parent_id as is_current, subject,
                  status, currency, exponent, amount_minor, failure_code, own_version, state,
                  first_recorded_at, recorded_at
             from ${schema}.refund_parents named join ${schema}.payments p using (payment_id)
            where named.parent_id = any($1::uuid[]) order by payment_id`,
    values: [ids],
  });
  const refunds = new Map<string, RefundOfPayment[]>();
  for (const row of rows) {
    const siblings = refunds.get(row.parent_id) ?? [];
    siblings.push(toRefund(row));
    refunds.set(row.parent_id, siblings);
  }
  return refunds;
}

function toRefund(row: RefundRow): RefundOfPayment {
  const { currency, exponent, amount_minor: minor } = row;
  return {
    refundId: parseSubjectKey(row.subject).reference,
    status: row.status ?? 'pending',
    amount:
      minor === null || currency === null || exponent === null
        ? null
        : { minor: BigInt(minor), currency, exponent },
    failureCode: row.failure_code,
    aliases: Object.keys(decodePaymentState(row.state).refunds),
    version: BigInt(row.own_version),
    firstRecordedAtMs: row.first_recorded_at.getTime(),
    recordedAtMs: row.recorded_at.getTime(),
    isCurrent: row.is_current === true,
  };
}

function rowOf(
  rows: ReadonlyMap<string, LockedPayment>,
  { paymentId }: PaymentInFold,
): LockedPayment {
  const row = rows.get(paymentId);
  if (row === undefined) throw new InvariantError('A row that was just inserted is there.');
  return row;
}

/** Did this batch change what readers see of it? */
export function hasNewVersion({ payment, versionBefore }: MergedPayment): boolean {
  return publicVersion(payment) !== versionBefore;
}
