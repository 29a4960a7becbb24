import type { Money } from '../money.js';
import type { Trust } from '../trust.js';
import type { PaymentStatus, RefundStatus } from './payment-status.js';

/** What one observation says about one payment, in our terms. Made by a provider's `interpret`. */
export type PaymentFact = {
  /** uuid v5 of the dedupe key: names the fact for ever and breaks ties between equals. */
  readonly factId: string;
  readonly trust: Trust;
  readonly status: PaymentStatus;
  /** The provider's rank of this status; the highest rank in the set of facts is the state. */
  readonly rank: number;
  /** The provider's time, ISO 8601 in UTC, where it states one. */
  readonly occurredAt: string | null;
  /** What the payer paid. */
  readonly amount: Money | null;
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
};

export type RefundFact = {
  readonly refundId: string;
  readonly status: RefundStatus;
  readonly amount: Money | null;
  readonly failureCode: string | null;
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
