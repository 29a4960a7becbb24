import type { Money } from '../money.js';
import type { Trust } from '../trust.js';

export const SUBSCRIPTION_STATUSES = [
  'pending',
  'active',
  'past_due',
  'cancelled',
  'failed',
] as const;

export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** What one observation says about one subscription. Its charges are payments, told of beside it. */
export type SubscriptionFact = {
  /** uuid v5 of the dedupe key. */
  readonly factId: string;
  readonly trust: Trust;
  readonly status: SubscriptionStatus;
  /** A greater rank is never taken back: terminal states have it. */
  readonly rank: number;
  /** The provider's time, ISO 8601 in UTC: between equal ranks the later one speaks. */
  readonly occurredAt: string | null;
  /** Of one charge. */
  readonly amount: Money | null;
  readonly intervalDays: number | null;
  readonly currentPeriodStart: string | null;
  readonly currentPeriodEnd: string | null;
  /** Our own reference (`externalId`). */
  readonly clientReference: string | null;
};

export type SubscriptionDetails = Omit<SubscriptionFact, 'factId' | 'trust'>;
