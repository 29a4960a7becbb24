import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers, type MemberShapes } from '../fact-members.js';
import { TONDER_KEY_SHAPES } from './keys.js';

export type TonderProfile = Dated & {
  /** Of all shapes but the hosted one. */
  readonly amounts: AmountFormat;
  /** Of `amount_total` and of a hosted payment's `amount`. */
  readonly hostedAmounts: AmountFormat;
  /** Where a body names none: everything is sold in this one. */
  readonly defaultCurrency: string;
  /**
   * Members that carry our own reference, the strongest first: a payment's order, a withdrawal's or
   * refund's client reference.
   */
  readonly ownReferences: readonly string[];
  /** Of times without a zone. */
  readonly zone: string;
  /** What `tax` of a withdrawal is: a rate in percent states no money. */
  readonly withdrawalTax: 'rate' | 'amount';
};

/**
 * Append-only: an entry that the log has passed is never edited. Assumed where Tonder documents
 * nothing:
 *
 * - Hosted amounts are in major units. The samples (15000, 25000, 300) would suit both.
 * - The newer `client_reference` comes before the older `merchant_reference`, and both before what
 *   was put into `metadata` (hosted webhooks do not return `external_id`, so it is put there).
 * - Times of the legacy shape are Mexico City's, which has had no daylight saving since October
 *   2022.
 * - `"tax": "16.0"` of a withdrawal is the 16 % of Mexico's value-added tax and not an amount: a
 *   sample with a fee of 3.50 can hardly bear 16.00 of tax, and a tax left out misstates no money.
 */
export const TONDER_PROFILES: readonly TonderProfile[] = [
  {
    effectiveFromMs: 0,
    amounts: { unit: 'major', exponents: EXPONENTS },
    hostedAmounts: { unit: 'major', exponents: EXPONENTS },
    defaultCurrency: 'MXN',
    ownReferences: [
      'client_reference',
      'merchant_reference',
      'external_id',
      'metadata.order_id',
      'metadata.external_id',
    ],
    zone: '-06:00',
    withdrawalTax: 'rate',
  },
];

/**
 * Versions of the member lists below, as written into the envelope; raise them with every change.
 */
export const TONDER_WEBHOOK_VERSION = 2;
export const TONDER_LOOKUP_VERSION = 2;

/** The concept of a deposit that no checkout asked for (frictionless SPEI guide). */
export const UNSOLICITED_CONCEPT = 'Frictionless deposit - auto-created';

/** A concept is the payer's own text: of it only the one above is kept, see `payers-text.ts`. */
export const CONCEPT_MEMBERS: readonly string[] = [
  'concept',
  'metadata.concept',
  'data.concept',
  'data.metadata.concept',
];

/**
 * Members that describe a movement of money, wherever its object stands. Our own references come from a
 * checkout where a payer's words may be put, so they have no space: neither a name nor a sentence.
 */
const MOVEMENT_SHAPES = {
  amount: 'amount',
  currency: 'word',
  client_reference: 'reference',
  merchant_reference: 'reference',
  external_id: 'reference',
  transaction_status: 'word',
  transaction_id: 'reference',
  payment_id: 'reference',
  refund_id: 'reference',
  original_transaction_id: 'reference',
  provider: 'word',
  provider_reference: 'reference',
  payment_method_type: 'word',
  transfer_method_type: 'word',
  payment_method: 'word',
  transfer_method: 'word',
  decline_code: 'word',
  created_at: 'instant',
  updated_at: 'instant',
  concept: 'identifier',
  'metadata.order_id': 'reference',
  'metadata.external_id': 'reference',
  'metadata.mismatched_deposit': 'boolean',
  'metadata.original_expected_amount': 'amount',
  'metadata.concept': 'identifier',
} as const satisfies MemberShapes;

const WITHDRAWAL_SHAPES = {
  fixed_fee: 'amount',
  tax: 'amount',
  fee_amount: 'amount',
} as const satisfies MemberShapes;

const SESSION_SHAPES = {
  amount_total: 'amount',
  paid_at: 'instant',
} as const satisfies MemberShapes;

/**
 * Members of all five shapes of a webhook. Customers, cards, beneficiaries, accounts, reasons,
 * places and the processor's own `response` stay out.
 */
export const TONDER_WEBHOOK_MEMBERS = factMembers({
  ...TONDER_KEY_SHAPES,
  ...MOVEMENT_SHAPES,
  ...WITHDRAWAL_SHAPES,
  created: 'instant',
  operation_date: 'instant',
  transaction_type: 'word',
  related_transaction_reference: 'reference',
  ...inData({ ...MOVEMENT_SHAPES, ...SESSION_SHAPES }),
  'data.previous_status': 'word',
  'data.completed_at': 'instant',
});

/**
 * Members of the answers to `GET /transactions/{id}/` (documented) and, as their webhooks have
 * them, to `GET /withdrawals/{id}/` and `GET /checkout/v1/sessions/{id}`.
 */
export const TONDER_LOOKUP_MEMBERS = factMembers(
  {
    id: 'reference',
    withdrawal_id: 'reference',
    session_id: 'reference',
    operation_type: 'word',
    status: 'word',
    ...MOVEMENT_SHAPES,
    ...WITHDRAWAL_SHAPES,
    ...SESSION_SHAPES,
    created: 'instant',
    modified_at: 'instant',
    'completion_details.completed_at': 'instant',
  },
  ['status'],
);

function inData(shapes: MemberShapes): MemberShapes {
  return Object.fromEntries(Object.entries(shapes).map(([path, shape]) => [`data.${path}`, shape]));
}
