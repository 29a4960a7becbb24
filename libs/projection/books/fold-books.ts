import { uuidV5 } from '#events/uuid.js';
import type { EntryLine } from '#ledger/posting/posting.js';
import { CHAIN_START, chainHash, type ChainedEntry } from './entry-chain.js';

/** The end of a partition's chain, and the period that is closed in it. */
export type BooksHead = {
  readonly sequence: bigint;
  readonly hash: string;
  /** ISO 8601; null where no period was ever closed. */
  readonly closedUntil: string | null;
};

export const emptyBooks: BooksHead = { sequence: 0n, hash: CHAIN_START, closedUntil: null };

/** What happened to the books, in the order of the partition. */
export type BooksStep =
  | {
      readonly type: 'post';
      readonly eventId: string;
      readonly observationId: string;
      readonly subject: string;
      readonly subjectId: string;
      readonly recordedAt: string;
      readonly lines: readonly EntryLine[];
    }
  /** A period ends: what is dated before `until` and comes later goes into the open one. */
  | {
      readonly type: 'close';
      readonly periodId: string;
      readonly until: string;
      readonly observationId: string;
      readonly position: bigint;
      readonly recordedAt: string;
    };

/** A close, with the end of the chain that it found. */
export type BookedClose = Omit<Extract<BooksStep, { type: 'close' }>, 'type'> & {
  readonly partition: number;
  readonly sequence: bigint;
};

export type BookedEntry = ChainedEntry & { readonly subjectId: string; readonly hash: string };

/**
 * Books a batch's steps behind the partition's head: pure, so a replay gives the same entries, ids and
 * hashes, however the log is cut into batches.
 */
export function foldBooks(
  head: BooksHead,
  { partition, steps }: { readonly partition: number; readonly steps: readonly BooksStep[] },
): {
  readonly head: BooksHead;
  readonly entries: readonly BookedEntry[];
  readonly closes: readonly BookedClose[];
} {
  const entries: BookedEntry[] = [];
  const closes: BookedClose[] = [];
  let { sequence, hash, closedUntil } = head;
  for (const step of steps) {
    if (step.type === 'close') {
      closes.push({ ...step, partition, sequence });
      closedUntil = closedUntil === null || step.until > closedUntil ? step.until : closedUntil;
      continue;
    }
    for (const [index, line] of step.lines.entries()) {
      sequence += 1n;
      const isClosed = closedUntil !== null && line.effectiveAt < closedUntil;
      const entry: ChainedEntry = {
        partition,
        sequence,
        entryId: uuidV5(`entry/${step.eventId}/${index}`),
        eventId: step.eventId,
        observationId: step.observationId,
        subject: step.subject,
        line: line.line,
        layer: line.layer,
        ledgerAccount: line.account,
        currency: line.currency,
        exponent: line.exponent,
        amountMinor: line.minor,
        effectiveAt: isClosed && closedUntil !== null ? closedUntil : line.effectiveAt,
        toldAt: isClosed ? line.effectiveAt : null,
        recordedAt: step.recordedAt,
        reason: line.reason,
      };
      hash = chainHash(hash, entry);
      entries.push({ ...entry, subjectId: step.subjectId, hash });
    }
  }
  return { head: { sequence, hash, closedUntil }, entries, closes };
}
