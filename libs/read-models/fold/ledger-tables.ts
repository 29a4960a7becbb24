import { MINOR, UPDATED_IN_PLACE, type FoldTable } from './fold-table.js';

/**
 * The books: every row is one leg that one event posted, never changed. Rows of one partition form a chain,
 * `hash` over the row before and this one (see the projection's `entry-chain`).
 */
export const LEDGER_ENTRIES: FoldTable = {
  name: 'ledger_entries',
  columns: [
    ['partition', 'smallint not null'],
    /** Counts the entries of the partition from 1, without gaps. */
    ['sequence', 'bigint not null'],
    ['entry_id', 'uuid not null'],
    ['event_id', 'uuid not null'],
    ['observation_id', 'uuid not null'],
    ['subject', 'text not null'],
    ['subject_id', 'uuid not null'],
    ['line', 'text not null'],
    ['layer', 'text not null'],
    ['ledger_account', 'text not null'],
    ['currency', 'text not null'],
    ['exponent', 'smallint not null'],
    /** Debits are positive, credits negative. */
    ['amount_minor', `${MINOR} not null`],
    ['effective_at', 'timestamptz not null'],
    /** The provider's own time, where it lies in a period that was closed already. */
    ['told_at', 'timestamptz'],
    ['recorded_at', 'timestamptz not null'],
    ['reason', 'text'],
    ['hash', 'text not null'],
  ],
  primaryKey: ['partition', 'sequence'],
  indexes: [
    '(subject_id)',
    '(entry_id)',
    '(ledger_account, effective_at)',
    '(ledger_account, recorded_at)',
  ],
};

/**
 * What moved on an account, by the day that it is dated and the day that it was recorded: a balance as at
 * any time, as known at any time, is a sum of a few of these and the entries of two days.
 */
export const LEDGER_DAYS: FoldTable = {
  name: 'ledger_days',
  columns: [
    ['partition', 'smallint not null'],
    ['ledger_account', 'text not null'],
    ['layer', 'text not null'],
    ['currency', 'text not null'],
    ['exponent', 'smallint not null'],
    ['effective_day', 'date not null'],
    ['recorded_day', 'date not null'],
    ['debit_minor', `${MINOR} not null`],
    ['credit_minor', `${MINOR} not null`],
    ['entries', 'bigint not null'],
  ],
  primaryKey: [
    'ledger_account',
    'layer',
    'currency',
    'exponent',
    'effective_day',
    'recorded_day',
    'partition',
  ],
  summed: ['debit_minor', 'credit_minor', 'entries'],
  indexes: [],
  storage: UPDATED_IN_PLACE,
};

/** The end of each partition's chain. */
export const LEDGER_HEADS: FoldTable = {
  name: 'ledger_heads',
  columns: [
    ['partition', 'smallint not null'],
    ['sequence', 'bigint not null'],
    ['hash', 'text not null'],
    /** Entries dated before this are dated to it: the period before is closed. */
    ['closed_until', 'timestamptz'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['partition'],
  indexes: [],
  storage: UPDATED_IN_PLACE,
};

/**
 * What is not zero yet on clearing accounts and in suspense, of each subject by its own postings: so only
 * the subject's partition writes its rows. What is paid for or explained is gone from here.
 */
export const OPEN_ITEMS: FoldTable = {
  name: 'open_items',
  columns: [
    /** The payment that it counts with: of a refund with an id of its own the one that it gives back. */
    ['root_id', 'uuid not null'],
    ['ledger_account', 'text not null'],
    ['currency', 'text not null'],
    ['exponent', 'smallint not null'],
    ['subject_id', 'uuid not null'],
    /** In suspense the line that waits; empty on a clearing account. */
    ['line', 'text not null'],
    ['subject', 'text not null'],
    /** Debits are positive, credits negative; never zero. */
    ['amount_minor', `${MINOR} not null`],
    /** The earliest time of effect of what is open, as the provider told it. */
    ['since', 'timestamptz not null'],
    ['reason', 'text'],
  ],
  primaryKey: ['root_id', 'ledger_account', 'currency', 'exponent', 'subject_id', 'line'],
  indexes: [
    // Pages, the oldest first.
    '(ledger_account, since, root_id)',
    // Roots that more than their own row may belong to.
    '(ledger_account, root_id) where root_id <> subject_id',
  ],
};

/** What closed periods: a row for every close that a partition's log has. */
export const LEDGER_PERIODS: FoldTable = {
  name: 'ledger_periods',
  columns: [
    ['partition', 'smallint not null'],
    ['position', 'bigint not null'],
    ['period_id', 'text not null'],
    ['until', 'timestamptz not null'],
    ['observation_id', 'uuid not null'],
    /** The entry that stood last in the chain: those behind it may not count before `until`. */
    ['sequence', 'bigint not null'],
    ['recorded_at', 'timestamptz not null'],
  ],
  primaryKey: ['partition', 'position'],
  indexes: [],
};
