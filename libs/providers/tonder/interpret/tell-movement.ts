import { subjectKey, type SubjectKind } from '#events/subject.js';
import type { Money } from '#ledger/money.js';
import { noDetails, type PaymentDetails, type RefundFact } from '#ledger/payment/payment-fact.js';
import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import { statedAmount, type StatedAmount } from '../../amount.js';
import { parseInstant } from '../../instant.js';
import type { ProviderEvent } from '../../provider.js';
import { UNSOLICITED_CONCEPT, type TonderProfile } from '../profile.js';
import type { RankedStatus } from '../statuses.js';

/** An object of Tonder's that describes a movement of money, wherever in the body it stands. */
export type TonderObject = {
  /** A member's text; null where it is absent, null or empty. */
  readonly text: (name: string) => string | null;
  readonly profile: TonderProfile;
  /** Id of the account. */
  readonly account: string;
  /** May it name an order? An unverified webhook may not. */
  readonly isAttributed: boolean;
};

export type Told = Pick<ProviderEvent, 'orderId' | 'occurredAt' | 'references' | 'tells'>;

/** What one shape knows of a movement better than another. */
export type Movement = {
  readonly kind: PaymentKind;
  readonly status: RankedStatus;
  readonly occurredAt: string | null;
  readonly amount: StatedAmount;
  /** Subject key of the payment that a refund gives back. */
  readonly parent: string | null;
  readonly fee?: Money | null;
  readonly tax?: Money | null;
  readonly refund?: RefundFact | null;
  /** Is the amount what was given back, and not what was paid? */
  readonly isAmountGivenBack?: boolean;
  /** The try that brought the money. */
  readonly attempt?: string | null;
};

export function tellMovement(object: TonderObject, movement: Movement): Told {
  const { kind, status, occurredAt, amount, isAmountGivenBack = false } = movement;
  const { parent, fee = null, tax = null, refund = null, attempt = null } = movement;
  const isDeposit = kind === 'payment' && !isAmountGivenBack;
  const own = isUnsolicited(object) ? null : ownReference(object);
  const orderId = kind === 'payment' && object.isAttributed ? own : null;
  const clientReference = kind === 'payment' ? null : own;
  const fact: PaymentDetails = {
    ...noDetails,
    kind,
    status: status.status,
    rank: status.rank,
    occurredAt,
    amount: isAmountGivenBack ? null : amount.money,
    expected: isDeposit ? expectedOf(object, amount) : null,
    fee,
    tax,
    // Partial refunds are transactions of their own: what was given back here went back whole.
    refundedTotal: status.status === 'refunded' && kind !== 'refund' ? amount.money : null,
    refund,
    orderId,
    clientReference,
    parent: kind === 'refund' ? parent : null,
    method: firstText(object, METHODS),
    failureCode: status.status === 'failed' ? object.text('decline_code') : null,
    attempt,
    marks: amount.isUnreadable || (isDeposit && isUnexplained(object, amount)) ? ['mismatch'] : [],
  };
  const references = referencesOf(object, orderId ?? clientReference);
  return { orderId, occurredAt, references, tells: { about: 'payment', fact } };
}

/** @param format as the profile has it of this shape */
export function amountOf(
  { text, profile }: TonderObject,
  names: readonly string[] = ['amount'],
  format = profile.amounts,
): StatedAmount {
  const stated = names.map((name) => text(name)).find((found) => found !== null) ?? null;
  return statedAmount(stated, text('currency') ?? profile.defaultCurrency, format);
}

/** Of the first of these members that is a time, as ISO 8601 in UTC. */
export function instantOf(
  { text, profile }: TonderObject,
  ...names: readonly string[]
): string | null {
  for (const name of names) {
    const instant = parseInstant(text(name), profile.zone);
    if (instant !== null) return instant;
  }
  return null;
}

export function keyOf(
  { account }: TonderObject,
  kind: SubjectKind,
  reference: string | null,
): string | null {
  return reference === null ? null : subjectKey({ account, kind, reference });
}

/** `operation_type`, or the legacy shape's `transaction_type`; null for a word that is neither. */
export function kindOf(word: string | null): PaymentKind | null {
  switch (word?.toLowerCase()) {
    case 'payment':
      return 'payment';
    case 'withdrawal':
      return 'withdrawal';
    case 'refund':
      return 'refund';
    default:
      return null;
  }
}

const METHODS = [
  'payment_method_type',
  'transfer_method_type',
  'payment_method',
  'transfer_method',
] as const;

const REFERENCES = [
  'transaction_id',
  'payment_id',
  'refund_id',
  'original_transaction_id',
  'related_transaction_reference',
  'provider_reference',
] as const;

function ownReference(object: TonderObject): string | null {
  return firstText(object, object.profile.ownReferences);
}

function firstText({ text }: TonderObject, names: readonly string[]): string | null {
  for (const name of names) {
    const found = text(name);
    if (found !== null) return found;
  }
  return null;
}

/** Everything else to search by; `provider_reference` says PENDING until there is one. */
function referencesOf({ text, profile }: TonderObject, told: string | null): readonly string[] {
  const named = [...REFERENCES, ...profile.ownReferences].map((name) => text(name));
  return [...new Set(named)].filter(
    (reference): reference is string =>
      reference !== null && reference !== told && reference !== 'PENDING',
  );
}

/**
 * Money that no checkout asked for belongs to no order, whatever reference Tonder made up for it.
 */
function isUnsolicited({ text }: TonderObject): boolean {
  return [text('concept'), text('metadata.concept')].includes(UNSOLICITED_CONCEPT);
}

/**
 * What a checkout asked for, where less or more may have been paid in: what arrived is the amount. Without
 * an amount there is nothing to hold it against.
 */
function expectedOf(object: TonderObject, { money: amount }: StatedAmount): Money | null {
  return amount === null ? null : amountOf(object, ['metadata.original_expected_amount']).money;
}

/** Tonder says that another amount arrived, and not which one it had expected. */
function isUnexplained(object: TonderObject, amount: StatedAmount): boolean {
  if (object.text('metadata.mismatched_deposit')?.toLowerCase() !== 'true') return false;
  const expected = expectedOf(object, amount);
  return expected === null || expected.minor === amount.money?.minor;
}
