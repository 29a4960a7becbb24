import type { SubscriptionDetails } from '#ledger/subscription/subscription.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import { parseInt32 } from '../int32.js';
import type { EventContext, Told } from './interpret-payment.js';
import { readerAt, type ObjectReader } from './object-reader.js';
import type { MintCashProfile } from './profile.js';
import {
  MINTCASH_SUBSCRIPTION_STATUSES,
  ownEntry,
  type RankedSubscriptionStatus,
} from './statuses.js';

/**
 * An event of a subscription. It moves no money: each charge is a payment with events of its own, so
 * the two together have one effect each.
 */
export function toldOfSubscription(
  body: Facts,
  { eventType, profile }: EventContext,
): Told | { readonly ignored: string } {
  const named = namedStatus(eventType, profile);
  if (named === null) return { ignored: 'unknown-event' };
  const data = readerAt(body, 'data', { amounts: profile.webhookAmounts });
  const stated = ownEntry(MINTCASH_SUBSCRIPTION_STATUSES, data.text('status'));
  const occurredAt = parseInstant(filledTextOf(body, 'createdAt'));
  // Neither word takes back the other: an event of an end is one, whatever its data still says.
  const status = stated !== null && stated.rank >= named.rank ? stated : named;
  return {
    orderId: null,
    occurredAt,
    references: [data.text('paymentId'), data.text('payment.id')].filter((id) => id !== null),
    tells: { about: 'subscription', fact: subscriptionDetails(data, { status, occurredAt }) },
  };
}

/** A subscription's own members, as events and answers have them. */
export function subscriptionDetails(
  data: ObjectReader,
  {
    status,
    occurredAt,
  }: { readonly status: RankedSubscriptionStatus; readonly occurredAt: string | null },
): SubscriptionDetails {
  return {
    ...status,
    occurredAt,
    amount: data.amount('amount'),
    intervalDays: parseInt32(data.text('billingIntervalDays')),
    currentPeriodStart: data.instant('currentPeriodStart'),
    currentPeriodEnd: data.instant('currentPeriodEnd'),
    clientReference: data.text('externalId'),
  };
}

function namedStatus(eventType: string, profile: MintCashProfile): RankedSubscriptionStatus | null {
  const name = eventType.slice('subscription.'.length);
  // Of an event, `failed` is a charge; of the state machine, the end of a subscription.
  const state = ownEntry(profile.subscriptionStates, name) ?? name;
  return ownEntry(MINTCASH_SUBSCRIPTION_STATUSES, state);
}
