import type { SubjectKind } from '#events/subject.js';
import type { Money } from '#ledger/money.js';
import type { Flag } from '#ledger/payment/flag.js';
import { noDetails, type PaymentDetails } from '#ledger/payment/payment-fact.js';
import { parseAmount } from '../amount.js';
import { filledTextOf, type Facts } from '../facts.js';
import { parseInstant } from '../instant.js';
import { paymentState, withdrawalState } from './keys.js';
import type { CobruProfile } from './profile.js';
import { COBRU_STATES, withdrawalStatus } from './statuses.js';

/** What a callback or an answer says of a subject of this kind; null where its state is unknown. */
export function detailsOf(
  kind: SubjectKind,
  body: Facts,
  profile: CobruProfile,
): PaymentDetails | null {
  return kind === 'payment' ? paymentOf(body, profile) : withdrawalOf(body, profile);
}

function paymentOf(body: Facts, profile: CobruProfile): PaymentDetails | null {
  const known = COBRU_STATES.get(paymentState(body) ?? '');
  if (known === undefined) return null;
  const amountOf = amountReader(body, profile);
  return {
    ...noDetails,
    ...known,
    occurredAt: paymentTime(body, known.status, profile),
    amount: amountOf('amount'),
    marks: amountMarks(body, amountOf('amount')),
    net: amountOf('payed_amount'),
    fee: amountOf('fee_amount'),
    tax: amountOf('iva_amount'),
    // Cobru has no partial refund: state 4 is the whole amount.
    refundedTotal: known.status === 'refunded' ? amountOf('amount') : null,
    method: filledTextOf(body, 'payment_method'),
  };
}

/**
 * `amount` is what the withdrawal takes from the balance, `payed_amount` what the holder receives;
 * the tax is the VAT of the fee and the levy on financial movements together, where they are stated.
 */
function withdrawalOf(body: Facts, profile: CobruProfile): PaymentDetails | null {
  const state = withdrawalState(body);
  const known = state === null ? null : withdrawalStatus(state, profile.withdrawalPaidState);
  if (state === null || known === null) return null;
  const amountOf = amountReader(body, profile);
  return {
    ...noDetails,
    ...known,
    kind: 'withdrawal',
    occurredAt: withdrawalTime(body, state, profile),
    amount: amountOf('amount'),
    marks: amountMarks(body, amountOf('amount')),
    net: amountOf('payed_amount'),
    fee: amountOf('fee'),
    tax: sumOf(amountOf('fee_iva'), amountOf('gmf')),
    clientReference: filledTextOf(body, 'idempotency_key'),
  };
}

function amountReader(body: Facts, profile: CobruProfile): (name: string) => Money | null {
  const currency = filledTextOf(body, 'currency_code') ?? profile.defaultCurrency;
  return (name) => parseAmount(filledTextOf(body, name), currency, profile.amounts);
}

/** An amount that is there and cannot be read, as of an unknown currency, must not vanish unseen. */
function amountMarks(body: Facts, amount: Money | null): readonly Flag[] {
  return amount === null && filledTextOf(body, 'amount') !== null ? ['mismatch'] : [];
}

function sumOf(a: Money | null, b: Money | null): Money | null {
  return a === null || b === null ? (a ?? b) : { ...a, minor: a.minor + b.minor };
}

/** The provider's time of the state that it tells; only lookups have one. */
function paymentTime(
  body: Facts,
  status: PaymentDetails['status'],
  { zone }: CobruProfile,
): string | null {
  const at = (name: string) => parseInstant(filledTextOf(body, name), zone);
  const created = at('date_created');
  if (status === 'expired') return at('date_expired') ?? created;
  return status === 'succeeded' || status === 'refunded' ? (at('date_payed') ?? created) : created;
}

const DATE_OF_STATE: Readonly<Record<string, string>> = {
  '2': 'date_deposited',
  '3': 'date_consigned',
  '5': 'date_rejected',
};

/** A documented callback has a date that lies before its creation: such a date is not believed. */
function withdrawalTime(body: Facts, state: string, { zone }: CobruProfile): string | null {
  const created = parseInstant(filledTextOf(body, 'date_created'), zone);
  const own = parseInstant(filledTextOf(body, DATE_OF_STATE[state] ?? 'date_created'), zone);
  return own === null || (created !== null && own < created) ? created : own;
}
