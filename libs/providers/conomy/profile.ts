import type { PaymentKind } from '#ledger/payment/payment-kind.js';
import { EXPONENTS, type AmountFormat } from '../amount.js';
import type { Dated } from '../dated.js';
import { factMembers, type MemberShapes } from '../fact-members.js';
import { CONOMY_REFUND_STATUSES, CONOMY_STATUSES, type ConomyStatuses } from './statuses.js';

export type ConomyProfile = Dated & {
  /** Strings in major units (payments page). */
  readonly amounts: AmountFormat;
  /** Where the amount and its currency may stand; the first that is there counts. */
  readonly amountMembers: readonly { readonly amount: string; readonly currency: string }[];
  /**
   * What the types of transactions are to the books; null is none of the merchant's money. A type
   * that is not here has no effect: whether it brings money in or takes it out is not guessed.
   */
  readonly kinds: ReadonlyMap<string, PaymentKind | null>;
  /** Of a transaction that does not say its type, as in contract A. */
  readonly kindWithoutType: PaymentKind;
  readonly statuses: Readonly<Record<PaymentKind, ConomyStatuses>>;
  /** Sent as `conomyhq-api-version`; without it the API answers as version 1. */
  readonly apiVersion: string;
};

/** Append-only: an entry that the log has passed is never edited. */
export const CONOMY_PROFILES: readonly ConomyProfile[] = [
  {
    effectiveFromMs: 0,
    amounts: { unit: 'major', exponents: EXPONENTS },
    // No page says how they differ: assumed that the total is what the payer paid.
    amountMembers: [
      { amount: 'totalAmount', currency: 'currency' },
      { amount: 'purchaseAmount', currency: 'purchaseCurrency' },
    ],
    kinds: new Map([
      ['PURCHASE', 'payment'],
      ['TOPUP_ACCOUNT', 'payment'],
      ['LOCAL_DEPOSIT', 'payment'],
      ['WITHDRAWAL_ACCOUNT', 'withdrawal'],
      ['REFUND', 'refund'],
      // Between accounts inside Conomy, its own charges, and transfers abroad (payment types page):
      // assumed to be nothing that a merchant was paid or paid out through us.
      ['P2P', null],
      ['COLLECT', null],
      ['FEE', null],
      ['REMITTANCE', null],
    ]),
    kindWithoutType: 'payment',
    // That RECEIVED pays a withdrawal is an assumption, as no page tells its states apart: in
    // contract A no later state than RECEIVED is ever told.
    statuses: {
      payment: CONOMY_STATUSES,
      withdrawal: CONOMY_STATUSES,
      refund: CONOMY_REFUND_STATUSES,
    },
    apiVersion: '24-04-2025',
  },
];

/**
 * Versions of the member lists below, as written into the envelope; raise them with every
 * change.
 */
export const CONOMY_WEBHOOK_VERSION = 2;
export const CONOMY_LOOKUP_VERSION = 1;

/** Members of a transaction, in a webhook and in the answer to `GET /payments/{id}`. */
const TRANSACTION = {
  id: 'reference',
  externalId: 'identifier',
  status: 'word',
  type: 'word',
  product: 'reference',
  totalAmount: 'amount',
  purchaseAmount: 'amount',
  purchaseCurrency: 'word',
  currency: 'word',
  parentPaymentId: 'reference',
  relatedPaymentId: 'reference',
  childPaymentId: 'reference',
  customerId: 'reference',
  createdAt: 'instant',
  capturedAt: 'instant',
  settledAt: 'instant',
  expiredAt: 'instant',
  unsettledAt: 'instant',
  unsettledReason: 'word',
  settlementBatchId: 'reference',
  documentationStatus: 'word',
} as const satisfies MemberShapes;

/**
 * Who the customer is (names, e-mail, document, identity) stays out, and so does `clientId`: the
 * merchant's own word for a customer may be a name, a telephone or a tax number.
 */
const CUSTOMER = {
  id: 'reference',
  operationLevel: 'word',
  autoCreated: 'boolean',
  documentsCount: 'integer',
} as const satisfies MemberShapes;

/** Members of all three documented contracts of a webhook. */
export const CONOMY_MEMBERS = factMembers({
  event: 'word',
  eventType: 'word',
  timestamp: 'instant',
  traceId: 'reference',
  ...within('transaction', TRANSACTION),
  ...within('data.transaction', TRANSACTION),
  ...within('customer', CUSTOMER),
  ...within('data.customer', CUSTOMER),
});

export const CONOMY_LOOKUP_MEMBERS = factMembers(TRANSACTION, ['status']);

function within(parent: string, shapes: MemberShapes): MemberShapes {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [`${parent}.${name}`, shape]),
  );
}
