import { refundIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import {
  emptyPayment,
  isOutstanding,
  withAttribution,
  withClaim,
  withConflict,
  withFact,
  withLookup,
  type PaymentState,
} from '#ledger/payment/payment-state.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { attributionStrength, mayConfirm } from '#ledger/trust.js';
import { providerOf } from '#providers/registry.js';
import type { Row } from '#read-models/writes/write-rows.js';
import type { Interpreted, Meaning } from './interpret-record.js';
import { encodePaymentState } from './payment-codec.js';

export type EventMeaning = Extract<Meaning, { kind: 'event' }>;

/** A payment while a batch is folded: loaded or new, changed event by event, written once. */
export type PaymentInFold = {
  readonly paymentId: string;
  readonly subject: string;
  readonly provider: string;
  state: PaymentState;
  view: PaymentView;
  version: bigint;
  readonly firstRecordedAtMs: number;
  recordedAtMs: number;
  lastPosition: bigint;
};

/** One version of a payment's public row, as `payment_changes` and the public topic tell it. */
export type PaymentChange = {
  readonly payment: Pick<PaymentInFold, 'paymentId' | 'subject' | 'provider'>;
  readonly version: bigint;
  readonly view: PaymentView;
  readonly observationId: string;
  readonly traceparent: string | null;
  readonly recordedAtMs: number;
};

export function newPayment(
  identity: Pick<PaymentInFold, 'paymentId' | 'subject' | 'provider'>,
  recordedAtMs: number,
): PaymentInFold {
  return {
    ...identity,
    state: emptyPayment,
    view: viewPayment(emptyPayment),
    version: 0n,
    firstRecordedAtMs: recordedAtMs,
    recordedAtMs,
    lastPosition: -1n,
  };
}

/**
 * Folds one event into its payment and answers the change of its public row, if there is one. The
 * version counts these changes one by one, so it does not depend on how the log is cut into batches.
 */
export function foldEvent(
  payment: PaymentInFold,
  { record, recordedAtMs }: Interpreted,
  meaning: EventMeaning & { readonly isConflict: boolean },
): PaymentChange | null {
  const before = publicText(payment.view);
  payment.state = meaning.isConflict
    ? withConflict(payment.state)
    : joined(payment.state, meaning, { position: record.position, recordedAtMs });
  payment.view = viewPayment(payment.state);
  payment.recordedAtMs = recordedAtMs;
  payment.lastPosition = record.position;
  if (publicText(payment.view) === before) return null;
  payment.version += 1n;
  return {
    payment,
    version: payment.version,
    view: payment.view,
    observationId: meaning.observation.id,
    traceparent: meaning.observation.traceparent,
    recordedAtMs,
  };
}

/** Pure join of one event: also what the in-memory oracle of the tests folds with. */
export function joined(
  state: PaymentState,
  { observation, trust, event, eventId }: EventMeaning,
  at: { readonly position: bigint; readonly recordedAtMs: number },
): PaymentState {
  const { orderId, payment } = event;
  const attributed =
    orderId === null
      ? state
      : withAttribution(state, { orderId, strength: attributionStrength(trust) });
  const fact = payment === null ? null : { ...payment, factId: eventId, trust };
  if (observation.lookup !== null) {
    return withLookup(attributed, {
      factId: eventId,
      asOf: observation.lookup.asOf,
      askedAt: new Date(observation.lookup.askedAtMs).toISOString(),
      found: fact,
    });
  }
  if (fact === null) return attributed;
  if (mayConfirm(trust)) return withFact(attributed, fact);
  return withClaim(attributed, {
    deliveryId: observation.id,
    status: fact.status,
    amount: fact.amount,
    position: at.position,
    recordedAt: new Date(at.recordedAtMs).toISOString(),
  });
}

export function paymentRow(payment: PaymentInFold): Row {
  const { view, state } = payment;
  const { account, reference } = parseSubjectKey(payment.subject);
  const money = view.amount ?? view.refunded ?? view.net;
  return [
    payment.paymentId,
    account,
    payment.provider,
    reference,
    payment.subject,
    view.orderId,
    view.status,
    view.reported,
    money?.currency ?? null,
    money?.exponent ?? null,
    view.amount?.minor ?? null,
    view.net?.minor ?? null,
    view.fee?.minor ?? null,
    view.tax?.minor ?? null,
    view.refunded?.minor ?? null,
    view.method,
    view.failureCode,
    view.flags,
    view.occurredAt,
    new Date(payment.firstRecordedAtMs).toISOString(),
    new Date(payment.recordedAtMs).toISOString(),
    payment.version,
    state.claim?.position ?? null,
    state.lookup?.asOf ?? null,
    payment.lastPosition,
    encodePaymentState(state),
  ];
}

export function changeRow({
  payment,
  version,
  view,
  observationId,
  recordedAtMs,
}: PaymentChange): Row {
  return [
    payment.paymentId,
    version,
    view.orderId,
    view.status,
    view.amount?.minor ?? null,
    view.refunded?.minor ?? null,
    view.flags,
    observationId,
    new Date(recordedAtMs).toISOString(),
  ];
}

export function refundRows({
  paymentId,
  subject,
  state,
  recordedAtMs,
}: PaymentInFold): readonly Row[] {
  return Object.values(state.refunds).map((refund) => [
    refundIdOf(subject, refund.refundId),
    paymentId,
    refund.refundId,
    refund.status,
    refund.amount?.currency ?? null,
    refund.amount?.exponent ?? null,
    refund.amount?.minor ?? null,
    refund.failureCode,
    new Date(recordedAtMs).toISOString(),
  ]);
}

/** The lookup that is due for this payment, or null: a pure function of its state. */
export function workRow(payment: PaymentInFold): Row | null {
  const { claim } = payment.state;
  if (claim === null || !isOutstanding(payment.state)) return null;
  if ((providerOf(payment.provider)?.client ?? null) === null) return null;
  return [
    payment.subject,
    'lookup',
    parseSubjectKey(payment.subject).account,
    payment.provider,
    payment.paymentId,
    claim.position,
    payment.lastPosition,
    payment.state.attributions.length > 0,
    claim.since,
  ];
}

/** Everything that the public topics tell: trusted state only, so without `reported`. */
function publicText(view: PaymentView): string {
  const { amount, net, fee, tax, refunded } = view;
  const money = [amount, net, fee, tax, refunded].map((one) =>
    one === null ? '' : `${one.minor} ${one.currency} ${one.exponent}`,
  );
  return JSON.stringify([
    view.status,
    view.orderId,
    money,
    view.method,
    view.failureCode,
    view.occurredAt,
    view.flags,
  ]);
}
