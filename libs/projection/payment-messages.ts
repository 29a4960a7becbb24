import type { PublicMessage } from '#events/public-events.js';
import type { Deduped } from './dedupe.js';
import { publicVersion, type PaymentChange } from './fold-payments.js';
import { hasNewVersion, type MergedPayment } from './merge-refunds.js';
import { paymentSnapshot } from './payment-snapshot.js';

/**
 * A snapshot for every change; where a payment has refunds with an id of their own, one for all changes of
 * the batch, because its versions count theirs too.
 */
export function paymentMessages(
  changes: readonly PaymentChange[],
  merged: readonly MergedPayment[],
  traces: ReadonlyMap<string, string | null>,
): readonly PublicMessage[] {
  const mergedIds = new Set(merged.map(({ payment }) => payment.paymentId));
  const single = changes.filter(({ payment }) => !mergedIds.has(payment.paymentId));
  const withRefunds = merged.filter(hasNewVersion).map(({ payment }) => ({
    ...payment,
    payment,
    version: publicVersion(payment),
    traceparent: traces.get(payment.paymentId) ?? null,
  }));
  return [...single, ...withRefunds].map(paymentSnapshot);
}

/** By payment id, the trace that moved it last. */
export function tracesOf(deduped: readonly Deduped[]): ReadonlyMap<string, string | null> {
  const traces = new Map<string, string | null>();
  for (const { input } of deduped) {
    if (input.meaning.kind !== 'event') continue;
    const { observation, subjectId } = input.meaning;
    if (observation.traceparent !== null) traces.set(subjectId, observation.traceparent);
  }
  return traces;
}
