import type { Money } from '../money.js';
import type { Trust } from '../trust.js';
import type { Flag } from './flag.js';
import type { PaymentKind } from './payment-kind.js';
import type { PaymentStatus, RefundStatus } from './payment-status.js';

/**
 * What one observation says about one payment, in our terms. Made by a provider's `interpret`.
 *
 * Withdrawals and refunds that have an id of their own are payments of another `kind`: the same life
 * cycle, told in the same words, which `statusByKind` turns into theirs for readers.
 */
export type PaymentFact = {
  /** uuid v5 of the dedupe key: names the fact for ever and breaks ties between equals. */
  readonly factId: string;
  readonly trust: Trust;
  /** `payment` also where the event does not say: whichever is more specific wins. */
  readonly kind: PaymentKind;
  readonly status: PaymentStatus;
  /** The provider's rank of this status; the highest rank in the set of facts is the state. */
  readonly rank: number;
  /** The provider's time, ISO 8601 in UTC, where it states one. */
  readonly occurredAt: string | null;
  /** What the payer paid; before there is money, what was asked for. */
  readonly amount: Money | null;
  /** What was asked for, where the provider states it beside what came. */
  readonly expected: Money | null;
  /** What the merchant is credited. */
  readonly net: Money | null;
  readonly fee: Money | null;
  readonly tax: Money | null;
  /** The provider's own running total of refunds; the highest ever stated counts. */
  readonly refundedTotal: Money | null;
  readonly refund: RefundFact | null;
  readonly orderId: string | null;
  readonly method: string | null;
  readonly failureCode: string | null;
  /** Subject key of the payment that a refund of its own id gives back; null where it names none. */
  readonly parent: string | null;
  /** The provider's id of the batch that it pays this payment out in. */
  readonly settlementBatch: string | null;
  /** Our own reference of a withdrawal or a refund; a payment's is its order. */
  readonly clientReference: string | null;
  /** The provider's id of the one try that brought the money, where a payment may be tried several times. */
  readonly attempt: string | null;
  /** What the provider itself says is out of the ordinary. */
  readonly marks: readonly Flag[];
};

/** A fact before it is known which delivery told it. */
export type PaymentDetails = Omit<PaymentFact, 'factId' | 'trust'>;

/** What an event that only names a status leaves open. */
export const noDetails: Omit<PaymentDetails, 'status' | 'rank'> = {
  kind: 'payment',
  occurredAt: null,
  amount: null,
  expected: null,
  net: null,
  fee: null,
  tax: null,
  refundedTotal: null,
  refund: null,
  orderId: null,
  method: null,
  failureCode: null,
  parent: null,
  settlementBatch: null,
  clientReference: null,
  attempt: null,
  marks: [],
};

export type RefundFact = {
  readonly refundId: string;
  readonly status: RefundStatus;
  readonly amount: Money | null;
  readonly failureCode: string | null;
};

/** A refund with an id of its own, as its payment sees it. */
export type SeparateRefund = RefundFact & {
  /** Other ids by which the payment's own events may tell of it: one refund, one effect. */
  readonly aliases: readonly string[];
};

/** An answer of the provider's lookup. `found` is null for a 404: that too is an answer. */
export type LookupFact = {
  readonly factId: string;
  /** The subject's last position in the log when the lookup was leased. */
  readonly asOf: bigint;
  /** When the provider was asked, ISO 8601. */
  readonly askedAt: string;
  readonly found: PaymentFact | null;
};

/** What somebody we cannot trust says. It stands beside the state and moves nothing. */
export type PaymentClaim = {
  readonly deliveryId: string;
  readonly status: PaymentStatus;
  readonly amount: Money | null;
  /** Position of the claim in its partition: a lookup as of here or later settles it. */
  readonly position: bigint;
  readonly recordedAt: string;
  /** When the first claim that no lookup has answered yet was recorded. */
  readonly since: string;
};
