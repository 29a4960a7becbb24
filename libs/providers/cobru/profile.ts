import type { SubjectKind } from '#events/subject.js';
import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers } from '../fact-members.js';

export type CobruProfile = Dated & {
  /** Only the answer to a create names a currency; callbacks and lookups are in this one. */
  readonly defaultCurrency: string;
  readonly amounts: AmountFormat;
  /** Of times without a zone (America/Bogota, which has no daylight saving). */
  readonly zone: string;
  /**
   * The first state of a withdrawal in which the money has left for good: 2 (deposited) or 3
   * (consigned). Which of them is final is documented nowhere; 3 is assumed, as it comes last.
   */
  readonly withdrawalPaidState: 2 | 3;
  /**
   * Where a subject of a kind is looked up, before its reference. Of a bank withdrawal the answer
   * names its id `pk`, assumed to be the callback's `id`. Of a cash withdrawal no path is documented.
   */
  readonly lookupPaths: Readonly<Partial<Record<SubjectKind, string>>>;
};

/** Append-only: an entry that the log has passed is never edited. */
export const COBRU_PROFILES: readonly CobruProfile[] = [
  {
    effectiveFromMs: 0,
    defaultCurrency: 'COP',
    amounts: { unit: 'major', exponents: EXPONENTS },
    zone: '-05:00',
    withdrawalPaidState: 3,
    lookupPaths: { payment: '/cobru_detail/', 'bank-withdrawal': '/thirdpartywithdraw/' },
  },
];

/**
 * Versions of the member lists below, as written into the envelope; raise them with every
 * change.
 */
export const COBRU_WEBHOOK_VERSION = 3;
export const COBRU_LOOKUP_VERSION = 3;

/** The only member of a callback's query that is kept: our own order reference, under this name. */
export const REFERENCE = 'reference';

/**
 * Members of the payment callback in its documented and its original shape, and of the bank and
 * cash withdrawal callbacks. Payer, holder, account and description members stay out.
 */
export const COBRU_WEBHOOK_MEMBERS = factMembers(
  {
    url: 'reference',
    // A number, or of withdrawals a word.
    state: 'reference',
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
    fee: 'amount',
    fee_iva: 'amount',
    gmf: 'amount',
    // Ours; where we send none, Cobru makes one of the account owner's telephone number and a hash.
    idempotency_key: 'idempotency-key',
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
 * Members of the answer to `GET /cobru_detail/{url}`, of the create answer that has the same form,
 * and of the answer to `GET /thirdpartywithdraw/{id}`. Holder, account and owner members stay out.
 */
export const COBRU_LOOKUP_MEMBERS = factMembers(
  {
    url: 'reference',
    pk: 'integer',
    id: 'reference',
    state: 'reference',
    amount: 'amount',
    payed_amount: 'amount',
    fee_amount: 'amount',
    fee_iva_amount: 'amount',
    fee: 'amount',
    fee_iva: 'amount',
    gmf: 'amount',
    iva_amount: 'amount',
    payment_method: 'word',
    currency_code: 'word',
    cus: 'reference',
    expiration_days: 'integer',
    idempotency_key: 'idempotency-key',
    date_created: 'instant',
    date_payed: 'instant',
    date_expired: 'instant',
    date_deposited: 'instant',
    date_consigned: 'instant',
    date_rejected: 'instant',
  },
  ['status'],
);
