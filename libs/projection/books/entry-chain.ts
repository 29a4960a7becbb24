import { hash } from 'node:crypto';

/** An entry as the chain covers it: everything that the books say of it. */
export type ChainedEntry = {
  readonly partition: number;
  /** Counts the entries of the partition from 1, without gaps. */
  readonly sequence: bigint;
  readonly entryId: string;
  readonly eventId: string;
  readonly observationId: string;
  readonly subject: string;
  readonly line: string;
  readonly layer: string;
  readonly ledgerAccount: string;
  readonly currency: string;
  readonly exponent: number;
  /** Debits are positive, credits negative. */
  readonly amountMinor: bigint;
  /** ISO 8601 in UTC with milliseconds, like every time here. */
  readonly effectiveAt: string;
  readonly toldAt: string | null;
  readonly recordedAt: string;
  readonly reason: string | null;
};

/** What comes before a partition's first entry. */
export const CHAIN_START = '0'.repeat(64);

/**
 * The hash that ends a chain with this entry: SHA-256, in hex, over the hash before it, a line feed, and
 * the entry's canonical text. docs/ledger.md tells the same to whoever verifies without us.
 */
export function chainHash(before: string, entry: ChainedEntry): string {
  return hash('sha256', `${before}\n${canonicalEntry(entry)}`, 'hex');
}

/** A JSON array without spaces, members in this order, numbers of any size as text. For ever. */
export function canonicalEntry(entry: ChainedEntry): string {
  return JSON.stringify([
    'cuadre.entry.v1',
    entry.partition,
    entry.sequence.toString(),
    entry.entryId,
    entry.eventId,
    entry.observationId,
    entry.subject,
    entry.line,
    entry.layer,
    entry.ledgerAccount,
    entry.currency,
    entry.exponent,
    entry.amountMinor.toString(),
    entry.effectiveAt,
    entry.toldAt,
    entry.recordedAt,
    entry.reason,
  ]);
}
