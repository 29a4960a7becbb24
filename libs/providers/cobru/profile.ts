import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers } from '../fact-members.js';

export type CobruProfile = Dated & {
  /** Only the answer to a create names a currency; callbacks and lookups are in this one. */
  readonly defaultCurrency: string;
  readonly amounts: AmountFormat;
  /** Of times without a zone (America/Bogota, which has no daylight saving). */
  readonly zone: string;
};

/** Append-only: an entry that the log has passed is never edited. */
export const COBRU_PROFILES: readonly CobruProfile[] = [
  {
    effectiveFromMs: 0,
    defaultCurrency: 'COP',
    amounts: { unit: 'major', exponents: EXPONENTS },
    zone: '-05:00',
  },
];

/**
 * Versions of the member lists below, as written into the envelope; raise them with every
 * change.
 */
export const COBRU_WEBHOOK_VERSION = 1;
export const COBRU_LOOKUP_VERSION = 1;

/** The only member of a callback's query that is kept: our own order reference, under this name. */
export const REFERENCE = 'reference';

/**
 * Members of the payment callback in its documented and its original shape, and of the bank and
 * cash withdrawal callbacks. Payer, holder, account and description members stay out.
 */
export const COBRU_WEBHOOK_MEMBERS = factMembers(
  {
    url: 'reference',
    state: 'integer',
    // Anybody's claim, so narrower than an order id of our own: no spaces, where names would fit.
    orderId: 'word',
    payed: 'boolean',
    Payed: 'boolean',
    amount: 'amount',
    payed_amount: 'amount',
    fee_amount: 'amount',
    iva_amount: 'amount',
    payment_method: 'word',
    currency_code: 'word',
    cus: 'reference',
    id: 'reference',
    bank_name: 'integer',
    account_type: 'integer',
    date_created: 'instant',
    date_deposited: 'instant',
    date_consigned: 'instant',
    date_rejected: 'instant',
    date_cancelled: 'instant',
  },
  [REFERENCE],
);

/**
 * Members of the answer to `GET /cobru_detail/{url}`, and of the create answer that has the same
 * form.
 */
export const COBRU_LOOKUP_MEMBERS = factMembers(
  {
    url: 'reference',
    pk: 'integer',
    state: 'integer',
    amount: 'amount',
    payed_amount: 'amount',
    fee_amount: 'amount',
    fee_iva_amount: 'amount',
    iva_amount: 'amount',
    payment_method: 'word',
    currency_code: 'word',
    cus: 'reference',
    expiration_days: 'integer',
    idempotency_key: 'reference',
    date_created: 'instant',
    date_payed: 'instant',
    date_expired: 'instant',
  },
  ['status'],
);
