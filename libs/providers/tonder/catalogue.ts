import type { CatalogueEntry } from '../catalogue.js';
import { TONDER_NESTED_EVENTS } from './interpret/tell-nested.js';
import { UNSOLICITED_CONCEPT } from './profile.js';
import { TONDER_SESSION_EVENTS, TONDER_STATUS_WORDS } from './statuses.js';

const MONEY = { amount: '500.00', currency: 'MXN' } as const;
const OPERATIONS = ['payment', 'withdrawal', 'refund'] as const;

/** Direct API: `<operation_type>_<Status>`. */
const DIRECT = OPERATIONS.flatMap((operation) =>
  TONDER_STATUS_WORDS.map((word): CatalogueEntry => {
    const status = capitalised(word);
    return {
      shape: `direct ${operation}`,
      name: `${operation}_${status}`,
      body: {
        id: 'txn-1',
        operation_type: operation,
        ...MONEY,
        client_reference: 'order-1',
        ...(operation === 'refund' && { original_transaction_id: 'txn-0' }),
        status,
        event_type: `${operation}_${status}`,
        action: 'MODIFY',
      },
    };
  }),
);

/** Deposits that a checkout did not ask for, or not in this amount. */
const DEPOSITS: readonly CatalogueEntry[] = [
  ['less than expected', { mismatched_deposit: 'True', original_expected_amount: '600' }] as const,
  ['more than expected', { mismatched_deposit: 'True', original_expected_amount: '400' }] as const,
  ['nobody asked for it', { concept: UNSOLICITED_CONCEPT }] as const,
].map(([name, metadata]) => ({
  shape: 'frictionless deposit',
  name: `payment_Success, ${name}`,
  body: {
    id: 'txn-1',
    operation_type: 'payment',
    ...MONEY,
    status: 'Success',
    metadata,
    event_type: 'payment_Success',
  },
}));

const [STATUS_CHANGED = '', ...OTHER_NESTED_EVENTS] = TONDER_NESTED_EVENTS;

/**
 * Older nested shape: one event for every status; the others of its names are told the same way.
 */
const NESTED: readonly CatalogueEntry[] = [
  ...TONDER_STATUS_WORDS.map((status) => ({
    shape: 'older nested',
    name: `${STATUS_CHANGED} ${status}`,
    body: {
      event_type: STATUS_CHANGED,
      event_id: 'evt-1',
      created_at: '2026-01-02T03:04:05Z',
      data: {
        id: 'txn-1',
        operation_type: 'payment',
        status,
        ...MONEY,
        merchant_reference: 'order-1',
      },
    },
  })),
  ...OTHER_NESTED_EVENTS.map((event) => ({
    shape: 'older nested',
    name: `${event} Success`,
    body: {
      event,
      data: {
        id: 'txn-1',
        transaction_status: 'Success',
        ...MONEY,
        metadata: { order_id: 'order-1' },
      },
    },
  })),
];

/** Hosted Checkout: the session's own events, then every status of a try to pay. */
const HOSTED: readonly CatalogueEntry[] = [
  ...[...TONDER_SESSION_EVENTS].map(([event, status]) => ({
    shape: 'hosted session',
    name: event,
    body: {
      action: event,
      type: 'checkout.hosted',
      data: {
        id: 'cs-1',
        status,
        amount_total: 500,
        currency: 'MXN',
        metadata: { external_id: 'order-1' },
      },
    },
  })),
  ...TONDER_STATUS_WORDS.map(capitalised).map((status) => ({
    shape: 'hosted payment',
    name: `payment.transaction ${status}`,
    body: {
      event_type: 'payment.transaction',
      data: {
        payment_id: 1,
        session_id: 'cs-1',
        status,
        amount: 500,
        currency: 'MXN',
        metadata: { external_id: 'order-1' },
      },
    },
  })),
];

/** Withdrawals API: the whole object for every status, and the notice of a reversal. */
const WITHDRAWALS: readonly CatalogueEntry[] = [
  ...TONDER_STATUS_WORDS.map((word) => word.toUpperCase()).map((status) => ({
    shape: 'withdrawal',
    name: status,
    body: {
      id: 'wdr-1',
      status,
      ...MONEY,
      status_changes: [],
      metadata: { order_id: 'order-1' },
      modified_at: '2026-01-02T03:04:05Z',
    },
  })),
  {
    shape: 'withdrawal reversal',
    name: 'refunded',
    body: {
      withdrawal_id: 'wdr-1',
      status: 'refunded',
      ...MONEY,
      updated_at: '2026-01-02T03:04:05Z',
    },
  },
];

const LEGACY = OPERATIONS.flatMap((operation) =>
  TONDER_STATUS_WORDS.map(capitalised).map((status): CatalogueEntry => ({
    shape: `legacy ${operation}`,
    name: `${operation.toUpperCase()} ${status}`,
    body: {
      transaction_reference: '1',
      status,
      ...MONEY,
      operation_date: '2026-01-02 03:04:05',
      transaction_type: operation.toUpperCase(),
      ...(operation === 'refund' && { related_transaction_reference: '0' }),
      metadata: { order_id: 'order-1' },
    },
  })),
);

export const TONDER_CATALOGUE: readonly CatalogueEntry[] = [
  ...DIRECT,
  ...DEPOSITS,
  ...NESTED,
  ...HOSTED,
  ...WITHDRAWALS,
  ...LEGACY,
  { shape: 'probe', name: 'anything else', body: { ping: true } },
];

/** As webhooks write a status: `Success`. */
function capitalised(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
