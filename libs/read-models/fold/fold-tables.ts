import { MINOR, UPDATED_IN_PLACE, type FoldTable } from './fold-table.js';
import {
  LEDGER_DAYS,
  LEDGER_ENTRIES,
  LEDGER_HEADS,
  LEDGER_PERIODS,
  OPEN_ITEMS,
} from './ledger-tables.js';

/**
 * One row per movement of money that has an id at its provider: payments, withdrawals, and refunds with
 * an id of their own, told apart by `kind`. `status` is in the words of the kind.
 */
export const PAYMENTS: FoldTable = {
  name: 'payments',
  columns: [
    ['payment_id', 'uuid not null'],
    ['kind', 'text not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['reference', 'text not null'],
    ['subject', 'text not null'],
    ['order_id', 'text'],
    ['status', 'text'],
    ['reported', 'text'],
    ['currency', 'text'],
    ['exponent', 'smallint'],
    ['amount_minor', MINOR],
    ['expected_minor', MINOR],
    /** Received less expected. */
    ['difference_minor', MINOR],
    ['net_minor', MINOR],
    ['fee_minor', MINOR],
    ['tax_minor', MINOR],
    ['refunded_minor', MINOR],
    ['method', 'text'],
    ['failure_code', 'text'],
    ['client_reference', 'text'],
    /** The payment that a refund gives back, known or not. */
    ['parent_id', 'uuid'],
    ['settlement_id', 'uuid'],
    ['settlement_batch', 'text'],
    ['settlement_status', 'text not null'],
    /** What report lines come to, less what is due; null while either is unknown. */
    ['payout_difference_minor', MINOR],
    ['flags', 'text[] not null'],
    ['occurred_at', 'timestamptz'],
    ['first_recorded_at', 'timestamptz not null'],
    ['recorded_at', 'timestamptz not null'],
    /** Of its own facts alone. */
    ['own_recorded_at', 'timestamptz'],
    /** Changes of the public row: its own, and those of its refunds with an id of their own. */
    ['version', 'bigint not null'],
    /** Changes that its own facts made. */
    ['own_version', 'bigint not null'],
    ['claim_position', 'bigint'],
    ['lookup_as_of', 'bigint'],
    ['last_position', 'bigint not null'],
    ['state', 'text not null'],
  ],
  primaryKey: ['payment_id'],
  indexes: [
    '(order_id)',
    'using hash (reference)',
    '(kind, status, payment_id)',
    '(client_reference) where client_reference is not null',
    '(parent_id) where parent_id is not null',
    '(settlement_id) where settlement_id is not null',
    '(settlement_batch) where settlement_batch is not null',
  ],
  storage: UPDATED_IN_PLACE,
};

/** Refunds, whether their payment's events tell of them or events of their own. */
export const REFUNDS: FoldTable = {
  name: 'refunds',
  columns: [
    ['refund_id', 'uuid not null'],
    /** Null where the provider names no payment. */
    ['payment_id', 'uuid'],
    ['reference', 'text not null'],
    ['status', 'text not null'],
    ['currency', 'text'],
    ['exponent', 'smallint'],
    ['amount_minor', MINOR],
    ['failure_code', 'text'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['refund_id'],
  indexes: ['(payment_id)', '(reference)'],
};

/** Lines of settlement reports, each as it was first told of its subject. A report is a settlement. */
export const REPORT_LINES: FoldTable = {
  name: 'report_lines',
  columns: [
    ['event_id', 'uuid not null'],
    ['settlement_id', 'uuid not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['report', 'text not null'],
    ['line', 'text not null'],
    ['type', 'text not null'],
    /** The movement that it names; null where it names none. */
    ['subject', 'text'],
    ['subject_id', 'uuid'],
    ['currency', 'text not null'],
    ['exponent', 'smallint not null'],
    /** Above zero what is paid out, below zero what is taken back or kept. */
    ['amount_minor', `${MINOR} not null`],
    ['paid_at', 'timestamptz not null'],
    ['observation_id', 'uuid not null'],
    ['partition', 'smallint not null'],
    ['position', 'bigint not null'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['event_id'],
  indexes: ['(settlement_id, line)', '(subject)'],
};

/** Every payment that a refund with an id of its own was ever said to give back. */
export const REFUND_PARENTS: FoldTable = {
  name: 'refund_parents',
  columns: [
    ['parent_id', 'uuid not null'],
    ['payment_id', 'uuid not null'],
  ],
  primaryKey: ['parent_id', 'payment_id'],
  indexes: [],
};

/** What the latest fact says; `told_at` is its provider's time, or the epoch where it states none. */
export const SUBSCRIPTIONS: FoldTable = {
  name: 'subscriptions',
  columns: [
    ['subscription_id', 'uuid not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['reference', 'text not null'],
    ['client_reference', 'text'],
    ['status', 'text not null'],
    ['currency', 'text'],
    ['exponent', 'smallint'],
    ['amount_minor', MINOR],
    ['interval_days', 'int'],
    ['current_period_start', 'timestamptz'],
    ['current_period_end', 'timestamptz'],
    ['rank', 'int not null'],
    ['told_at', 'timestamptz not null'],
    ['fact_id', 'uuid not null'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['subscription_id'],
  newestBy: ['rank', 'told_at', 'fact_id'],
  indexes: ['(reference)', '(client_reference) where client_reference is not null'],
};

/** How far a provider lets a customer go; nothing of who that is. `told_at` as in `subscriptions`. */
export const CUSTOMERS: FoldTable = {
  name: 'customers',
  columns: [
    ['customer_id', 'uuid not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['reference', 'text not null'],
    ['level', 'text not null'],
    ['is_auto_created', 'boolean'],
    ['documents', 'int'],
    ['told_at', 'timestamptz not null'],
    ['fact_id', 'uuid not null'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['customer_id'],
  newestBy: ['told_at', 'fact_id'],
  indexes: ['(reference)'],
};

/** `amounts` is JSON `{"paid":[Money…],"refunded":[…],"difference":[…]}`, one member per currency. */
export const ORDERS: FoldTable = {
  name: 'orders',
  columns: [
    ['order_id', 'text not null'],
    ['status', 'text not null'],
    ['assurance', 'text not null'],
    ['reported', 'text'],
    ['amounts', 'text not null'],
    ['flags', 'text[] not null'],
    ['first_recorded_at', 'timestamptz not null'],
    ['recorded_at', 'timestamptz not null'],
    ['version', 'bigint not null'],
  ],
  primaryKey: ['order_id'],
  indexes: ['(status, order_id)'],
  storage: UPDATED_IN_PLACE,
};

/** Every payment ever attributed to an order; the payment's own `order_id` says which it belongs to. */
export const ORDER_PAYMENTS: FoldTable = {
  name: 'order_payments',
  columns: [
    ['order_id', 'text not null'],
    ['payment_id', 'uuid not null'],
  ],
  primaryKey: ['order_id', 'payment_id'],
  indexes: [],
};

/**
 * One row per record of the log: what arrived, how it proved itself, what became of it.
 * `outcome`: applied · duplicate · conflict · claim · ignored · parked.
 *
 * Those that told an event first are what later ones are deduped against, for ever: one row per (account,
 * subject, eventType, id) and scope of trust has `facts_digest`. Where the record changed the public row of
 * its payment, by the payment's own facts, `change_…` says what to: how its state came about.
 */
export const DELIVERIES: FoldTable = {
  name: 'deliveries',
  columns: [
    ['partition', 'smallint not null'],
    ['position', 'bigint not null'],
    ['observation_id', 'uuid not null'],
    ['kind', 'text not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['route', 'text not null'],
    ['subject', 'text not null'],
    /** The payment, subscription or customer that it names, also where it had no effect. */
    ['subject_id', 'uuid'],
    ['event_id', 'uuid'],
    ['event_type', 'text'],
    ['provider_event_id', 'text'],
    /** First half of a SHA-256 over the facts, in the form of a uuid; null unless first of its event. */
    ['facts_digest', 'uuid'],
    /** Null where there are none. */
    ['provider_references', 'text[]'],
    ['outcome', 'text not null'],
    ['reason', 'text'],
    ['trust', 'text not null'],
    ['verification_mode', 'text not null'],
    ['verification_key_id', 'text'],
    ['claimed_status', 'text'],
    /** Null where the observation has the id of its request, as deliveries of webhooks do. */
    ['request_id', 'text'],
    /** Null where there are none. */
    ['provider_trace_ids', 'text[]'],
    ['traceparent', 'text'],
    ['body_digest', 'text not null'],
    ['occurred_at', 'timestamptz'],
    ['received_at', 'timestamptz not null'],
    ['recorded_at', 'timestamptz not null'],
    /** Counts the changes of its payment's public row from 1; null where there was none. */
    ['change_version', 'bigint'],
    ['change_order_id', 'text'],
    /** In the words of payments. */
    ['change_status', 'text'],
    ['change_amount_minor', MINOR],
    ['change_refunded_minor', MINOR],
    /** Null where there are none. */
    ['change_flags', 'text[]'],
  ],
  primaryKey: ['partition', 'position'],
  unique: ['(event_id) where facts_digest is not null'],
  indexes: [
    '(subject_id)',
    '(observation_id)',
    // Looked up by equality only, and random: a hash costs a third of what a tree of texts does.
    'using hash (request_id) where request_id is not null',
    'using hash (provider_event_id) where provider_event_id is not null',
    'using gin (provider_trace_ids) where provider_trace_ids is not null',
    'using gin (provider_references) where provider_references is not null',
  ],
};

/** What a decision has to be taken on: a lookup is due. Pure function of the payment's state. */
export const WORK_QUEUE: FoldTable = {
  name: 'work_queue',
  columns: [
    ['subject', 'text not null'],
    ['task', 'text not null'],
    ['account', 'text not null'],
    ['provider', 'text not null'],
    ['payment_id', 'uuid not null'],
    /** Position of the claim that waits for an answer. */
    ['due_position', 'bigint not null'],
    /** The subject's last position: what a lookup leased now is as of. */
    ['last_position', 'bigint not null'],
    /** Attributed to an order: known subjects are looked up first. */
    ['is_known', 'boolean not null'],
    ['since', 'timestamptz not null'],
  ],
  primaryKey: ['subject', 'task'],
  indexes: ['(account, is_known desc, since)'],
  storage: UPDATED_IN_PLACE,
};

/** Subjects whose fold failed deterministically: nothing of theirs is folded until they are released. */
export const PARKED_SUBJECTS: FoldTable = {
  name: 'parked_subjects',
  columns: [
    ['parked_id', 'uuid not null'],
    ['subject', 'text not null'],
    ['reason', 'text not null'],
    ['partition', 'smallint not null'],
    ['first_position', 'bigint not null'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['subject'],
  indexes: [],
};

export const PARKED_RECORDS: FoldTable = {
  name: 'parked_records',
  columns: [
    ['partition', 'smallint not null'],
    ['position', 'bigint not null'],
    ['subject', 'text not null'],
    ['observation_id', 'uuid'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['partition', 'position'],
  indexes: ['(subject)'],
};

export const FOLD_TABLES: readonly FoldTable[] = [
  PAYMENTS,
  REFUNDS,
  REFUND_PARENTS,
  REPORT_LINES,
  SUBSCRIPTIONS,
  CUSTOMERS,
  ORDERS,
  ORDER_PAYMENTS,
  DELIVERIES,
  LEDGER_ENTRIES,
  LEDGER_DAYS,
  LEDGER_HEADS,
  OPEN_ITEMS,
  LEDGER_PERIODS,
  WORK_QUEUE,
  PARKED_SUBJECTS,
  PARKED_RECORDS,
];
