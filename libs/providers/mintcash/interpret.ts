import type { Observation } from '#events/observation.js';
import { subjectKey } from '#events/subject.js';
import type { RefundFact } from '#ledger/payment/payment-fact.js';
import { parseAmount } from '../amount.js';
import { inForce } from '../dated.js';
import { filledTextOf, readFacts, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import type { Interpretation, ProviderEvent } from '../provider.js';
import { mintcashKeys } from './keys.js';
import { MINTCASH_MEMBERS, MINTCASH_PROFILES, type MintCashProfile } from './profile.js';
import { MINTCASH_REFUND_EVENTS, MINTCASH_STATUSES, type RankedStatus } from './statuses.js';

/** What a MintCash webhook means. The event's name decides; `type` and `data.status` only help. */
export function interpretMintCash(observation: Observation, recordedAtMs: number): Interpretation {
  if (observation.kind !== 'webhook') return { ignored: 'not-interpreted' };
  const { body } = readFacts(observation.value, MINTCASH_MEMBERS.valueTree);
  if (body === null) return { ignored: 'unreadable-body' };
  const { subject, eventType, dedupeId } = mintcashKeys(body);
  if (eventType === null) return { ignored: 'no-event' };
  if (eventType.startsWith('subscription.')) return { ignored: 'subscription-event' };
  const status = statusOf(eventType, body);
  if (status === null) return { ignored: 'unknown-event' };
  if (
    subject === null ||
    subjectKey({ account: observation.account, ...subject }) !== observation.subject
  ) {
    return { ignored: 'no-subject' };
  }
  return {
    event: {
      eventType,
      dedupeId: dedupeId ?? observation.bodyDigest,
      providerEventId: dedupeId,
      ...paymentOf(body, {
        eventType,
        status,
        profile: inForce(MINTCASH_PROFILES, recordedAtMs),
      }),
    },
  };
}

type EventContext = {
  readonly eventType: string;
  readonly status: RankedStatus;
  readonly profile: MintCashProfile;
};

function paymentOf(
  body: Facts,
  { eventType, status, profile }: EventContext,
): Pick<ProviderEvent, 'orderId' | 'occurredAt' | 'references' | 'payment'> {
  const at = paymentPath(body);
  const text = (name: string): string | null =>
    at === null ? null : filledTextOf(body, `${at}.${name}`);
  const amountOf = (name: string) =>
    parseAmount(text(name), text('currency'), profile.webhookAmounts);
  const stated = at === null ? restRefundedTotal(body, profile) : amountOf('amountRefunded');
  const refund = refundOf(body, { eventType, status, profile });
  const occurredAt = parseInstant(filledTextOf(body, 'createdAt'));
  const orderId = text('externalId');
  return {
    orderId,
    occurredAt,
    references: [
      text('providerTransactionId'),
      refund?.refundId ?? null,
      filledTextOf(body, 'data.refund.providerRefundId'),
      filledTextOf(body, 'data.providerRefundId'),
    ].filter((reference) => reference !== null),
    payment: {
      status: status.status,
      rank: status.rank,
      occurredAt,
      amount: amountOf('amount'),
      net: null,
      fee: null,
      tax: null,
      refundedTotal: stated ?? (status.status === 'refunded' ? amountOf('amount') : null),
      refund,
      orderId,
      method: text('card.brand') === null ? null : 'card',
      failureCode: status.status === 'failed' ? text('failureCode') : null,
    },
  };
}

/**
 * Where the payment's own members are: `data`, or `data.payment` beside a refund. Null where `data`
 * is the refund itself, as the REST answer to a refund is: its `externalId` names the refund, not
 * an order.
 */
function paymentPath(body: Facts): 'data' | 'data.payment' | null {
  if (filledTextOf(body, 'data.payment.id') !== null) return 'data.payment';
  return filledTextOf(body, 'data.paymentId') === null ? 'data' : null;
}

function statusOf(eventType: string, body: Facts): RankedStatus | null {
  const [entity, name = ''] = eventType.split('.');
  if (entity !== 'payment') return null;
  if (eventType !== 'payment.refund_failed') return ownEntry(MINTCASH_STATUSES, name);
  // The payment is left as it was, and only one that had succeeded can have a refund that fails.
  const at = paymentPath(body);
  const stated = at === null ? null : filledTextOf(body, `${at}.status`);
  const succeeded = ownEntry(MINTCASH_STATUSES, 'succeeded');
  const known = stated === null ? null : ownEntry(MINTCASH_STATUSES, stated);
  return known !== null && succeeded !== null && known.rank >= succeeded.rank ? known : succeeded;
}

function refundOf(body: Facts, { eventType, profile }: EventContext): RefundFact | null {
  const outcome = ownEntry(MINTCASH_REFUND_EVENTS, eventType);
  const isRest = paymentPath(body) === null;
  const at = isRest ? 'data' : 'data.refund';
  const refundId = filledTextOf(body, `${at}.id`);
  if (outcome === null || refundId === null) return null;
  const currency =
    filledTextOf(body, `${at}.currency`) ?? filledTextOf(body, `${paymentPath(body)}.currency`);
  return {
    refundId,
    status: outcome,
    amount: parseAmount(filledTextOf(body, `${at}.amount`), currency, profile.webhookAmounts),
    failureCode: outcome === 'failed' ? filledTextOf(body, `${at}.failureCode`) : null,
  };
}

function restRefundedTotal(body: Facts, { webhookAmounts }: MintCashProfile) {
  return parseAmount(
    filledTextOf(body, 'data.paymentAmountRefunded'),
    filledTextOf(body, 'data.currency'),
    webhookAmounts,
  );
}

function ownEntry<T>(table: Readonly<Record<string, T>>, name: string): T | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
