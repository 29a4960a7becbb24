import { refundIdOf, settlementIdOf, subjectIdOf } from '#events/ids.js';
import { parseSubjectKey } from '#events/subject.js';
import type { Money } from '#ledger/money.js';
import {
  emptyPayment,
  isOutstanding,
  withAttribution,
  withClaim,
  withConflict,
  withFact,
  withLookup,
  withReportLine,
  withRuling,
  withSince,
  type PaymentState,
} from '#ledger/payment/payment-state.js';
import type { RefundFact, SeparateRefund } from '#ledger/payment/payment-fact.js';
import { refundStatusOf, statusByKind, type PaymentKind } from '#ledger/payment/payment-kind.js';
import { viewPayment, type PaymentView } from '#ledger/payment/payment-view.js';
import { attributionStrength, mayConfirm } from '#ledger/trust.js';
import { providerOf } from '#providers/registry.js';
import type { Row } from '#read-models/writes/column-values.js';
import type { Interpreted, Meaning } from './meaning.js';
import { encodePaymentState } from './payment-codec.js';

export type EventMeaning = Extract<Meaning, { kind: 'event' }>;

/** A payment while a batch is folded: loaded or new, changed event by event, written once. */
export type PaymentInFold = {
  readonly paymentId: string;
  readonly subject: string;
  readonly provider: string;
  /** As the tables have it: null where they have no row of it. */
  readonly stored: PaymentState | null;
  state: PaymentState;
  /** What readers see of it, with its refunds. */
  view: PaymentView;
  /** Its refunds that have an id of their own: known only after `mergeRefunds`. */
  refunds: readonly RefundOfPayment[];
  /** Changes that its own facts made to the view. */
  ownVersion: bigint;
  firstRecordedAtMs: number;
  recordedAtMs: number;
  /** Of its own facts alone; null while only its refunds tell of it. */
  ownRecordedAtMs: number | null;
  lastPosition: bigint;
};

/** A refund with an id of its own, as its payment sees it. */
export type RefundOfPayment = SeparateRefund & {
  readonly version: bigint;
  readonly firstRecordedAtMs: number;
  readonly recordedAtMs: number;
  /** False where it was said to give this payment back, and by now names another one. */
  readonly isCurrent: boolean;
};

/** One version of a payment's public row, as its delivery and the public topic tell it. */
export type PaymentChange = {
  readonly payment: Pick<PaymentInFold, 'paymentId' | 'subject' | 'provider'>;
  readonly version: bigint;
  readonly view: PaymentView;
  /** Of the record that made it, within its partition. */
  readonly position: bigint;
  readonly traceparent: string | null;
  readonly recordedAtMs: number;
};

export function newPayment(
  identity: Pick<PaymentInFold, 'paymentId' | 'subject' | 'provider'>,
  recordedAtMs: number,
): PaymentInFold {
  const state = { ...emptyPayment, kind: kindOf(identity.subject) };
  return {
    ...identity,
    stored: null,
    state,
    view: viewPayment(state),
    refunds: [],
    ownVersion: 0n,
    firstRecordedAtMs: recordedAtMs,
    recordedAtMs,
    ownRecordedAtMs: null,
    lastPosition: -1n,
  };
}

/** Does it tell of a payment, a withdrawal or a refund? A line of a report may name none. */
export function isOfMovement({ event: { tells }, observation }: EventMeaning): boolean {
  if (tells.about === 'report-line') {
    return parseSubjectKey(observation.subject).kind !== 'report-line';
  }
  return tells.about === 'payment';
}

/** Of a subject that nothing has been told of yet. */
function kindOf(subject: string): PaymentKind {
  return parseSubjectKey(subject).kind.endsWith('withdrawal') ? 'withdrawal' : 'payment';
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
  const { state, view: before } = payment;
  payment.state = meaning.isConflict
    ? withConflict(state)
    : joined(state, meaning, { position: record.position, recordedAtMs });
  if (payment.state !== state) payment.view = viewPayment(payment.state);
  // A refund of another partition may have been recorded earlier or later.
  payment.firstRecordedAtMs = Math.min(payment.firstRecordedAtMs, recordedAtMs);
  payment.recordedAtMs = Math.max(payment.recordedAtMs, recordedAtMs);
  payment.ownRecordedAtMs = recordedAtMs;
  payment.lastPosition = record.position;
  if (isSamePublicly(payment.view, before)) return null;
  payment.ownVersion += 1n;
  return {
    payment,
    version: payment.ownVersion,
    view: payment.view,
    position: record.position,
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
  const { orderId, tells } = event;
  const recordedAt = new Date(at.recordedAtMs).toISOString();
  if (tells.about === 'report-line') return withReportLine(state, tells.fact, recordedAt);
  if (tells.about !== 'payment') return state;
  const attributed =
    orderId === null
      ? state
      : withAttribution(state, { orderId, strength: attributionStrength(trust) });
  // The time of the delivery dates what states no time of its own.
  const occurredAt = tells.fact?.occurredAt ?? event.occurredAt;
  const fact = tells.fact === null ? null : { ...tells.fact, occurredAt, factId: eventId, trust };
  if (observation.kind === 'ruling') return withRuling(attributed, recordedAt);
  const dated =
    fact === null || !mayConfirm(trust) ? attributed : withSince(attributed, fact, recordedAt);
  if (observation.lookup !== null) {
    return withLookup(dated, {
      factId: eventId,
      asOf: observation.lookup.asOf,
      askedAt: new Date(observation.lookup.askedAtMs).toISOString(),
      found: fact,
    });
  }
  if (fact === null) return dated;
  if (mayConfirm(trust)) return withFact(dated, fact);
  return withClaim(attributed, {
    deliveryId: observation.id,
    status: fact.status,
    amount: fact.amount,
    position: at.position,
    recordedAt,
  });
}

export function paymentRow(payment: PaymentInFold): Row {
  const { view, state } = payment;
  const { account, reference } = parseSubjectKey(payment.subject);
  const money = view.amount ?? view.refunded ?? view.net;
  const { kind, status, reported, parent, settlementBatch } = view;
  return [
    payment.paymentId,
    kind,
    account,
    payment.provider,
    reference,
    payment.subject,
    view.orderId,
    status === null ? null : statusByKind(kind, status),
    reported === null ? null : statusByKind(kind, reported),
    money?.currency ?? null,
    money?.exponent ?? null,
    view.amount?.minor ?? null,
    view.expected?.minor ?? null,
    view.difference?.minor ?? null,
    view.net?.minor ?? null,
    view.fee?.minor ?? null,
    view.tax?.minor ?? null,
    view.refunded?.minor ?? null,
    view.method,
    view.failureCode,
    view.clientReference,
    parent === null ? null : subjectIdOf(parent),
    settlementBatch === null ? null : settlementIdOf(account, settlementBatch),
    settlementBatch,
    view.settlementStatus,
    view.payoutDifferenceMinor,
    view.flags,
    view.occurredAt,
    payment.firstRecordedAtMs,
    payment.recordedAtMs,
    payment.ownRecordedAtMs,
    publicVersion(payment),
    payment.ownVersion,
    state.claim?.position ?? null,
    state.lookup?.asOf ?? null,
    payment.lastPosition,
    encodePaymentState(state),
  ];
}

/** Counts the changes of everything that its public row is made of, so it only rises. */
export function publicVersion({ ownVersion, refunds }: PaymentInFold): bigint {
  return refunds.reduce((sum, { version }) => sum + version, ownVersion);
}

/** Orders that this payment was attributed to since it was loaded. */
export function newOrdersOf({ state, stored }: PaymentInFold): readonly string[] {
  const { attributions } = state;
  if (stored === null) return attributions.map(({ orderId }) => orderId);
  if (attributions === stored.attributions) return [];
  const known = new Set(stored.attributions.map(({ orderId }) => orderId));
  return attributions.flatMap(({ orderId }) => (known.has(orderId) ? [] : [orderId]));
}

/** Rows of `refunds`: those that the payment's own events tell of, or the refund that this is. */
export function refundRows(payment: PaymentInFold): readonly Row[] {
  const { paymentId, subject, state, view } = payment;
  // Its own facts made these rows, so the times of other refunds are not theirs.
  const recordedAtMs = payment.ownRecordedAtMs ?? payment.recordedAtMs;
  if (view.kind === 'refund') {
    const refund: RefundFact = {
      refundId: parseSubjectKey(subject).reference,
      status: refundStatusOf(view.status ?? 'pending'),
      amount: view.amount,
      failureCode: view.failureCode,
    };
    const parentId = view.parent === null ? null : subjectIdOf(view.parent);
    return [refundRow(refund, { refundId: paymentId, paymentId: parentId, recordedAtMs })];
  }
  return Object.values(state.refunds).map((refund) =>
    refundRow(refund, { refundId: refundIdOf(subject, refund.refundId), paymentId, recordedAtMs }),
  );
}

function refundRow(
  refund: RefundFact,
  at: {
    readonly refundId: string;
    readonly paymentId: string | null;
    readonly recordedAtMs: number;
  },
): Row {
  return [
    at.refundId,
    at.paymentId,
    refund.refundId,
    refund.status,
    refund.amount?.currency ?? null,
    refund.amount?.exponent ?? null,
    refund.amount?.minor ?? null,
    refund.failureCode,
    at.recordedAtMs,
  ];
}

/** The lookup that is due for this payment, or null: a pure function of its state. */
export function workRow(payment: PaymentInFold): Row | null {
  const { claim } = payment.state;
  if (claim === null || !isOutstanding(payment.state)) return null;
  const { account, kind } = parseSubjectKey(payment.subject);
  if (providerOf(payment.provider)?.lookupKinds.includes(kind) !== true) return null;
  return [
    payment.subject,
    'lookup',
    account,
    payment.provider,
    payment.paymentId,
    claim.position,
    payment.lastPosition,
    payment.state.attributions.length > 0,
    claim.since,
  ];
}

/** In everything that the public topics tell: trusted state only, so without `reported`. */
function isSamePublicly(a: PaymentView, b: PaymentView): boolean {
  return (
    a.kind === b.kind &&
    a.status === b.status &&
    a.orderId === b.orderId &&
    isSameMoney(a.amount, b.amount) &&
    isSameMoney(a.expected, b.expected) &&
    isSameMoney(a.difference, b.difference) &&
    isSameMoney(a.net, b.net) &&
    isSameMoney(a.fee, b.fee) &&
    isSameMoney(a.tax, b.tax) &&
    isSameMoney(a.refunded, b.refunded) &&
    a.method === b.method &&
    a.failureCode === b.failureCode &&
    a.occurredAt === b.occurredAt &&
    a.parent === b.parent &&
    a.settlementStatus === b.settlementStatus &&
    a.settlementBatch === b.settlementBatch &&
    a.clientReference === b.clientReference &&
    a.flags.length === b.flags.length &&
    a.flags.every((flag, index) => flag === b.flags[index])
  );
}

function isSameMoney(a: Money | null, b: Money | null): boolean {
  if (a === null || b === null) return a === b;
  return a.minor === b.minor && a.currency === b.currency && a.exponent === b.exponent;
}
