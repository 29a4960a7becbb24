import type { Trust } from '../trust.js';

export const CUSTOMER_LEVELS = ['inactive', 'basic', 'standard', 'full'] as const;

/** How far the provider lets a customer go. Nothing of who the customer is. */
export type CustomerLevel = (typeof CUSTOMER_LEVELS)[number];

export type CustomerFact = {
  /** uuid v5 of the dedupe key. */
  readonly factId: string;
  readonly trust: Trust;
  readonly level: CustomerLevel;
  /** The provider's time, ISO 8601 in UTC: the latest fact speaks, and a level may fall. */
  readonly occurredAt: string | null;
  /** The provider made the customer from a deposit, nobody registered it. */
  readonly isAutoCreated: boolean | null;
  readonly documents: number | null;
};

export type CustomerDetails = Omit<CustomerFact, 'factId' | 'trust'>;
