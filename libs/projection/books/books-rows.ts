import type { Row } from '#read-models/writes/column-values.js';
import type { BookedClose, BookedEntry, BooksHead } from './fold-books.js';

export function entryRow(entry: BookedEntry): Row {
  return [
    entry.partition,
    entry.sequence,
    entry.entryId,
    entry.eventId,
    entry.observationId,
    entry.subject,
    entry.subjectId,
    entry.line,
    entry.layer,
    entry.ledgerAccount,
    entry.currency,
    entry.exponent,
    entry.amountMinor,
    entry.effectiveAt,
    entry.toldAt,
    entry.recordedAt,
    entry.reason,
    entry.hash,
  ];
}

type Day = {
  readonly entry: BookedEntry;
  debit: bigint;
  credit: bigint;
  entries: number;
};

/** What the entries move, by account, day of effect and day of recording: one row for each, sorted. */
export function dayRows(entries: readonly BookedEntry[]): readonly Row[] {
  const days = new Map<string, Day>();
  for (const entry of entries) {
    const key = [
      entry.ledgerAccount,
      entry.layer,
      entry.currency,
      entry.exponent,
      dayOf(entry.effectiveAt),
      dayOf(entry.recordedAt),
    ].join(' ');
    const day = days.get(key) ?? { entry, debit: 0n, credit: 0n, entries: 0 };
    if (entry.amountMinor > 0n) day.debit += entry.amountMinor;
    else day.credit -= entry.amountMinor;
    day.entries += 1;
    days.set(key, day);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => dayRow(day));
}

function dayRow({ entry, debit, credit, entries }: Day): Row {
  return [
    entry.partition,
    entry.ledgerAccount,
    entry.layer,
    entry.currency,
    entry.exponent,
    dayOf(entry.effectiveAt),
    dayOf(entry.recordedAt),
    debit,
    credit,
    entries,
  ];
}

/** In UTC. */
function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

export function closeRow(close: BookedClose): Row {
  return [
    close.partition,
    close.position,
    close.periodId,
    close.until,
    close.observationId,
    close.sequence,
    close.recordedAt,
  ];
}

export function headRow(
  { sequence, hash, closedUntil }: BooksHead,
  { partition, recordedAt }: { readonly partition: number; readonly recordedAt: string },
): Row {
  return [partition, sequence, hash, closedUntil, recordedAt];
}
