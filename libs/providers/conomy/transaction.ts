import { subjectKey } from '#events/subject.js';
import type { Money } from '#ledger/money.js';
import { noDetails, type PaymentDetails } from '#ledger/payment/payment-fact.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import { currencyCode, statedAmount, type StatedAmount } from '../amount.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import type { ConomyEvent } from './events.js';
import type { ConomyProfile } from './profile.js';
import { REVIEW_APPROVED, type ConomyStatus, type ConomyStatuses } from './statuses.js';

/** A transaction as one body shows it, wherever in the body it stands. */
export type Transaction = {
  readonly account: string;
  /** Text of a member; null where it is absent, null or empty. */
  readonly text: (name: string) => string | null;
  /** When the webhook was made; null in a lookup. */
  readonly timestamp: string | null;
  readonly profile: ConomyProfile;
};

export function transactionAt(
  body: Facts,
  at: string,
  context: Omit<Transaction, 'text'>,
): Transaction {
  return { ...context, text: (name) => filledTextOf(body, `${at}${name}`) };
}

/**
 * What the body says of the transaction, or why it says nothing to us.
 *
 * @param event null for a lookup, which goes by the status
 */
export function readTransaction(
  transaction: Transaction,
  event: ConomyEvent | null,
): PaymentDetails | { readonly ignored: string } {
  const { text, profile } = transaction;
  const kind = kindOf(transaction, event);
  if (kind === null) return { ignored: 'unbooked-type' };
  if (kind === undefined) return { ignored: 'unknown-type' };
  const statuses = profile.statuses[kind];
  const untyped = profile.statuses[profile.kindWithoutType];
  const name = statusName(event, text('status'), statuses);
  const known = name === null ? undefined : statuses.get(name);
  if (name === null || known === undefined) return { ignored: 'unknown-status' };
  const { money: amount, isUnreadable } = amountOf(transaction);
  return {
    ...noDetails,
    kind,
    status: known.status,
    rank: rankOf(known, amount, statuses) + (statuses === untyped ? 0 : KNOWN_KIND_RANK),
    // Not the delivery's `timestamp`: a retry, or a review that puts a payment back into a status
    // that it had, tells the same fact under the same dedupe key at another time.
    occurredAt: ownTime(transaction, name),
    amount,
    // The legacy states say that all of it went back; refunds of their own have an amount each.
    refundedTotal: kind === 'payment' && known.status === 'refunded' ? amount : null,
    failureCode: known.status === 'failed' ? text('unsettledReason') : null,
    parent: kind === 'refund' ? parentOf(transaction) : null,
    settlementBatch: text('settlementBatchId'),
    clientReference: kind === 'payment' ? null : text('externalId'),
    marks: [known.mark, event?.mark ?? null, isUnreadable ? ('mismatch' as const) : null].filter(
      (mark) => mark !== null,
    ),
  };
}

/**
 * Lifts what is told of a kind with a table of its own above all that is told without a type, which
 * goes by the table of payments: there a refund that its rail received is money that came in.
 */
const KNOWN_KIND_RANK = 200;

/** Members that say when a status came about. */
const TIME_OF: ReadonlyMap<string, string> = new Map([
  ['ATTEMPT', 'createdAt'],
  ['CAPTURED', 'capturedAt'],
  ['EXPIRED', 'expiredAt'],
  ['SETTLED', 'settledAt'],
  ['UNSETTLED', 'unsettledAt'],
]);

function ownTime({ text }: Transaction, status: string): string | null {
  const member = TIME_OF.get(status);
  return member === undefined ? null : parseInstant(text(member));
}

/**
 * Null: none of our money. Undefined: a type that we do not know. A parent makes a refund only
 * where no type is stated: the companion of a deposit of the wrong amount is linked to one, too.
 */
function kindOf(
  { text, profile }: Transaction,
  event: ConomyEvent | null,
): PaymentKind | null | undefined {
  if (event?.isRefund === true) return 'refund';
  const type = text('type');
  if (type !== null) return profile.kinds.get(type);
  return text('parentPaymentId') === null ? profile.kindWithoutType : 'refund';
}

function statusName(
  event: ConomyEvent | null,
  stated: string | null,
  statuses: ConomyStatuses,
): string | null {
  if (event?.by === 'name') return event.status;
  if (stated === null) return event?.status ?? null;
  return event?.isReviewResult === true && isBeforeReview(stated, statuses)
    ? REVIEW_APPROVED
    : stated;
}

function isBeforeReview(name: string, statuses: ConomyStatuses): boolean {
  const rank = statuses.get(name)?.rank ?? Infinity;
  return rank < (statuses.get('REQUIRES_REVIEW')?.rank ?? 0);
}

/**
 * Between two tellings of one status the higher rank speaks, and a settlement that states no amount
 * must not take away what the receipt stated: it goes by the rank of the receipt.
 */
function rankOf({ status, rank }: ConomyStatus, amount: Money | null, statuses: ConomyStatuses) {
  const received = statuses.get('RECEIVED');
  return amount === null && received?.status === status ? Math.min(rank, received.rank) : rank;
}

/**
 * The first of the profile's members that is there. One in another currency than the transaction's
 * (`product` is `purchaseCurrency:currency`) is another sum of money, which we cannot read as this one.
 */
function amountOf({ text, profile: { amounts, amountMembers } }: Transaction): StatedAmount {
  const stated = amountMembers.find(({ amount }) => text(amount) !== null);
  if (stated === undefined) return { money: null, isUnreadable: false };
  const settled = text('currency');
  const currency = text(stated.currency) ?? settled;
  return settled === null || currency === null || currencyCode(settled) === currencyCode(currency)
    ? statedAmount(text(stated.amount), currency, amounts)
    : { money: null, isUnreadable: true };
}

function parentOf({ account, text }: Transaction): string | null {
  const reference = text('parentPaymentId');
  return reference === null ? null : subjectKey({ account, kind: 'transaction', reference });
}
