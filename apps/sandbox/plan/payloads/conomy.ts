import type { BookEntry, BookObject } from '../../books/book-object.js';
import { majorText, shortText } from '../amount-text.js';
import { digestOf } from '../seeded-random.js';
import { instantOf, latest, toldByBooks, type ToldObject } from './told-object.js';

/**
 * The body of a Conomy webhook before it is signed: contract A ("Conomy going-live page"), or B's
 * members, which contract C shares. Amounts are text in major units.
 */
export function conomyEvent(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { event, atMs } = latest(told);
  if (object.form === 'a') return { event, data: { transaction: transactionOfA(told) } };
  const timestamp = new Date(atMs).toISOString();
  if (object.kind === 'customer') return { eventType: event, timestamp, customer: customer(told) };
  return {
    eventType: event,
    timestamp,
    transaction: transactionOfB(told),
    identity: { id: identityId(object), email: 'identity@example.com' },
  };
}

/** `GET /payments/{id}`: refunds and withdrawals are payments there, too. */
export function conomyPayment(
  entry: BookEntry,
  environment: ToldObject['environment'],
): Record<string, unknown> {
  const { object } = entry;
  const told = toldByBooks(entry, { environment, openedAs: 'CREATED' });
  const { amountMinor, status } = latest(told);
  const amount = shortText(amountMinor, object.exponent);
  const instants = Object.entries(INSTANTS).flatMap(([name, reached]) => {
    const instant = instantOf(told, reached);
    return instant === null ? [] : [[name, instant] as const];
  });
  return {
    id: object.reference,
    externalId: externalId(object),
    type: typeOf(object),
    status,
    product: `${object.currency}:${object.currency}`,
    purchaseAmount: amount,
    purchaseCurrency: object.currency,
    totalAmount: amount,
    currency: object.currency,
    parentPaymentId: object.related.payment ?? null,
    settlementBatchId: settlementBatch(told),
    createdAt: new Date(object.createdAtMs).toISOString(),
    ...Object.fromEntries(instants),
  };
}

/** The type that a listing is filtered by. */
export function typeOf({ kind }: BookObject): string {
  if (kind === 'refund') return 'REFUND';
  return kind === 'withdrawal' ? 'WITHDRAWAL_ACCOUNT' : 'PURCHASE';
}

export function identityId({ orderId }: BookObject): string {
  return digestOf(`identity/${orderId}`).slice(0, 24);
}

const INSTANTS = {
  capturedAt: 'CAPTURED',
  receivedAt: 'RECEIVED',
  settledAt: 'SETTLED',
  expiredAt: 'EXPIRED',
  unsettledAt: 'UNSETTLED',
} as const;

/** Settlement runs once a minute: what is settled in between shares a batch. */
const BATCH_SECONDS = 60;

function transactionOfA(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { amountMinor, status } = latest(told);
  const amount = shortText(amountMinor, object.exponent);
  return {
    id: object.reference,
    purchaseAmount: amount,
    totalAmount: amount,
    externalId: object.orderId,
    currency: object.currency,
    status,
  };
}

function transactionOfB(told: ToldObject): Record<string, unknown> {
  const { object } = told;
  const { event, amountMinor, status, details } = latest(told);
  const isMatching = event === 'purchase.underpaid' || event === 'purchase.overpaid';
  return {
    id: object.reference,
    externalId: externalId(object),
    status,
    totalAmount: majorText(amountMinor, object.exponent),
    currency: object.currency,
    type: typeOf(object),
    parentPaymentId: object.related.payment ?? null,
    relatedPaymentId: isMatching ? digestOf(`intent/${object.reference}`).slice(0, 24) : null,
    customerId: digestOf(`customer/${object.orderId}`).slice(0, 24),
    settledAt: instantOf(told, 'SETTLED'),
    expiredAt: instantOf(told, 'EXPIRED'),
    unsettledAt: instantOf(told, 'UNSETTLED'),
    unsettledReason: details['unsettledReason'] ?? null,
    settlementBatchId: settlementBatch(told),
    documentationStatus: status === 'REQUIRES_REVIEW' ? 'PENDING_UPLOAD' : null,
  };
}

/** A child refund is asked for without a reference of ours. */
function externalId({ kind, orderId }: BookObject): string | null {
  return kind === 'refund' ? null : orderId;
}

function settlementBatch(told: ToldObject): string | null {
  const settled = told.history.find(({ status }) => status === 'SETTLED');
  if (settled === undefined || told.object.kind !== 'payment') return null;
  const runSeconds = Math.floor(settled.atMs / 1_000 / BATCH_SECONDS) * BATCH_SECONDS;
  return `settlement-${told.object.currency}-${runSeconds}`;
}

function customer(told: ToldObject): Record<string, unknown> {
  const { object, history } = told;
  return {
    id: object.reference,
    clientId: object.orderId,
    firstName: 'Test',
    lastName: 'Customer',
    email: 'c@example.com',
    documentNumber: '10000000001',
    operationLevel: latest(told).status,
    autoCreated: true,
    documentsCount: history.length,
  };
}
