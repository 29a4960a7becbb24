import { viewPayment } from '#ledger/payment/payment-view.js';
import type { Queryable } from '#read-models/database.js';
import { arrayParameter } from '#read-models/writes/array-parameters.js';
import { isOfMovement, newPayment, type PaymentInFold } from './fold-payments.js';
import type { Interpreted } from './meaning.js';
import { decodePaymentState } from './payment-codec.js';

/** The payments that a batch's events concern, by subject key: as stored, or new. */
export async function loadPayments(
  tx: Queryable,
  schema: string,
  interpreted: readonly Interpreted[],
): Promise<ReadonlyMap<string, PaymentInFold>> {
  const payments = new Map<string, PaymentInFold>();
  for (const { meaning, recordedAtMs } of interpreted) {
    if (meaning.kind !== 'event' || !isOfMovement(meaning)) continue;
    const { subject, schema: source } = meaning.observation;
    if (payments.has(subject)) continue;
    const identity = { paymentId: meaning.subjectId, subject, provider: source.provider };
    payments.set(subject, newPayment(identity, recordedAtMs));
  }
  if (payments.size === 0) return payments;
  const { rows } = await tx.query<StoredPayment>({
    name: `${schema}.payments.load`,
    text: `select payment_id, subject, provider, state, own_version, first_recorded_at, recorded_at,
                  own_recorded_at, last_position
             from ${schema}.payments where payment_id = any($1::uuid[])`,
    values: [
      arrayParameter(
        'uuid',
        [...payments.values()].map(({ paymentId }) => paymentId),
      ),
    ],
  });
  for (const row of rows) payments.set(row.subject, toPayment(row));
  return payments;
}

export type StoredPayment = {
  readonly payment_id: string;
  readonly subject: string;
  readonly provider: string;
  readonly state: string;
  readonly own_version: string;
  readonly first_recorded_at: Date;
  readonly recorded_at: Date;
  readonly own_recorded_at: Date | null;
  readonly last_position: string;
};

export function toPayment(row: StoredPayment): PaymentInFold {
  const state = decodePaymentState(row.state);
  return {
    paymentId: row.payment_id,
    subject: row.subject,
    provider: row.provider,
    stored: state,
    state,
    view: viewPayment(state),
    refunds: [],
    ownVersion: BigInt(row.own_version),
    firstRecordedAtMs: row.first_recorded_at.getTime(),
    recordedAtMs: row.recorded_at.getTime(),
    ownRecordedAtMs: row.own_recorded_at?.getTime() ?? null,
    lastPosition: BigInt(row.last_position),
  };
}
