import type { Details, Form, ObjectKind, PlayedProvider } from '../plan/scenario.js';

/**
 * A payment, refund, withdrawal, customer, … as the played provider knows it. Amounts are minor units
 * below 2^53.
 */
export type BookObject = {
  readonly provider: PlayedProvider;
  readonly kind: ObjectKind;
  /** The provider's id: Cobru's slug, Conomy's hex id, a uuid, … */
  readonly reference: string;
  /** Our own reference: an order's id, or that of a withdrawal, a subscription, a customer. */
  readonly orderId: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Decimals of the currency. */
  readonly exponent: number;
  readonly method: string;
  readonly createdAtMs: number;
  /** Which of the provider's wire forms it is told in. */
  readonly form: Form;
  /** The provider's ids of what it belongs to: a refund's `payment`, a payment's `session`. */
  readonly related: Readonly<Partial<Record<ObjectKind, string>>>;
};

/** One thing that happened to an object. */
export type Happening = {
  /** Counts up from 0; a lower one never undoes a higher one. */
  readonly step: number;
  readonly event: string;
  readonly atMs: number;
  /** The provider's own status from then on. */
  readonly status: string;
  /** What it is about: the object's amount, or what was received instead. */
  readonly amountMinor: number;
  /** Everything refunded so far. */
  readonly refundedMinor: number;
  readonly details: Details;
};

export type BookEntry = {
  readonly object: BookObject;
  readonly history: readonly Happening[];
};
