import { formatMajorUnits } from '#ledger/money.js';
import type { LedgerEntryEntity } from '#read-models/entities/ledger-entry.entity.js';
import type { BookRow } from './book-format.js';

export const ENTRY_COLUMNS = [
  'effectiveAt',
  'account',
  'currency',
  'debit',
  'credit',
  'minorUnits',
  'exponent',
  'layer',
  'line',
  'reason',
  'toldAt',
  'recordedAt',
  'subject',
  'subjectId',
  'eventId',
  'observationId',
  'entryId',
  'partition',
  'sequence',
  'hash',
] as const;

/** An entry in a flat row. `minorUnits` is signed, debit above zero; one of debit and credit is null. */
export function entryRow(entry: LedgerEntryEntity): BookRow {
  const { currency, exponent } = entry;
  const minor = BigInt(entry.amountMinor);
  const amount = formatMajorUnits({ minor: minor < 0n ? -minor : minor, currency, exponent });
  return {
    effectiveAt: entry.effectiveAt.toISOString(),
    account: entry.ledgerAccount,
    currency,
    debit: minor > 0n ? amount : null,
    credit: minor < 0n ? amount : null,
    minorUnits: entry.amountMinor,
    exponent,
    layer: entry.layer,
    line: entry.line,
    reason: entry.reason,
    toldAt: entry.toldAt?.toISOString() ?? null,
    recordedAt: entry.recordedAt.toISOString(),
    subject: entry.subject,
    subjectId: entry.subjectId,
    eventId: entry.eventId,
    observationId: entry.observationId,
    entryId: entry.entryId,
    partition: entry.partition,
    sequence: entry.sequence,
    hash: entry.hash,
  };
}
