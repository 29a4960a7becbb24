import { noDetails, type PaymentDetails, type RefundFact } from '#ledger/payment/payment-fact.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import type { ProviderEvent } from '../provider.js';
import { readerAt, type ObjectReader } from './object-reader.js';
import type { MintCashProfile } from './profile.js';
import { refundPaths, type RefundPaths } from './refund-paths.js';
import {
  MINTCASH_REFUND_EVENTS,
  MINTCASH_STATUSES,
  ownEntry,
  SUCCEEDED,
  type RankedStatus,
} from './statuses.js';

/** What an event tells, without what its envelope says of itself. */
export type Told = Pick<ProviderEvent, 'orderId' | 'occurredAt' | 'references' | 'tells'>;

export type EventContext = { readonly eventType: string; readonly profile: MintCashProfile };

/** An event of a payment or of its refunds, which are facts of the payment. */
export function toldOfPayment(
  body: Facts,
  { eventType, profile }: EventContext,
): Told | { readonly ignored: string } {
  const [entity, name = ''] = eventType.split('.');
  const ranked = entity === 'payment' ? ownEntry(MINTCASH_STATUSES, name) : null;
  const outcome = ownEntry(MINTCASH_REFUND_EVENTS, eventType);
  if (ranked === null && outcome === null) return { ignored: 'unknown-event' };
  const paths = refundPaths(body, eventType);
  if (paths === null) return { ignored: 'refund-without-payment' };
  const amounts = profile.webhookAmounts;
  const payment = paths.payment === null ? null : readerAt(body, paths.payment, { amounts });
  const status = ranked ?? statusBesideRefund(payment);
  const refund = outcome === null ? null : refundOf(body, { ...paths, outcome, profile });
  const occurredAt = parseInstant(filledTextOf(body, 'createdAt'));
  const fact = {
    ...paymentDetails(payment, status),
    occurredAt,
    refundedTotal: refundedTotal(body, { payment, status, profile }),
    refund,
  };
  return {
    orderId: fact.orderId,
    occurredAt,
    references: references(body, { payment, paths, refund }),
    tells: { about: 'payment', fact },
  };
}

/** A payment's own members, as events and answers have them. */
export function paymentDetails(
  payment: ObjectReader | null,
  { status, rank }: RankedStatus,
): PaymentDetails {
  if (payment === null) return { ...noDetails, status, rank };
  return {
    ...noDetails,
    status,
    rank,
    amount: payment.amount('amount'),
    orderId: payment.text('externalId'),
    method: payment.text('card.brand') === null ? null : 'card',
    failureCode: status === 'failed' ? payment.text('failureCode') : null,
    marks: payment.isUnreadable('amount') ? ['mismatch'] : [],
  };
}

/**
 * A refund that failed, or is under way, leaves the payment as it was, and only a payment that had
 * succeeded can have one. One that succeeded says itself how much went back.
 */
function statusBesideRefund(payment: ObjectReader | null): RankedStatus {
  const stated = ownEntry(MINTCASH_STATUSES, payment?.text('status') ?? null);
  return stated !== null && stated.rank >= SUCCEEDED.rank ? stated : SUCCEEDED;
}

function refundOf(
  body: Facts,
  {
    refund: at,
    payment,
    outcome,
    profile,
  }: RefundPaths & {
    readonly outcome: RefundFact['status'];
    readonly profile: MintCashProfile;
  },
): RefundFact | null {
  if (at === null) return null;
  const currency = payment === null ? null : filledTextOf(body, `${payment}.currency`);
  const record = readerAt(body, at, { amounts: profile.webhookAmounts, currency });
  const refundId = record.text('id');
  if (refundId === null) return null;
  return {
    refundId,
    status: outcome,
    amount: record.amount('amount'),
    failureCode: outcome === 'failed' ? record.text('failureCode') : null,
  };
}

/** The running total: beside the payment's members, or in the refund's own record. */
function refundedTotal(
  body: Facts,
  {
    payment,
    status,
    profile,
  }: {
    readonly payment: ObjectReader | null;
    readonly status: RankedStatus;
    readonly profile: MintCashProfile;
  },
): PaymentDetails['refundedTotal'] {
  if (payment === null) {
    const record = readerAt(body, 'data', { amounts: profile.webhookAmounts });
    return record.amount('paymentAmountRefunded');
  }
  const whole = status.status === 'refunded' ? payment.amount('amount') : null;
  return payment.amount('amountRefunded') ?? whole;
}

function references(
  body: Facts,
  {
    payment,
    paths,
    refund,
  }: {
    readonly payment: ObjectReader | null;
    readonly paths: RefundPaths;
    readonly refund: RefundFact | null;
  },
): readonly string[] {
  const ofRefund = (name: string): string | null =>
    refund === null ? null : filledTextOf(body, `${paths.refund ?? 'data'}.${name}`);
  return [
    payment?.text('providerTransactionId') ?? null,
    refund?.refundId ?? null,
    ofRefund('externalId'),
    ofRefund('providerRefundId'),
  ].filter((reference) => reference !== null);
}
