import { CLEARING, SUSPENSE, type LedgerAccount } from './ledger-account.js';
import type { Posting } from './posting.js';

/** What a subject leaves on an account that should come to zero in the end. */
export type OpenItem = {
  readonly account: LedgerAccount;
  readonly currency: string;
  readonly exponent: number;
  /** The line that is in suspense; empty on a clearing account, where all lines count together. */
  readonly line: string;
  /** Debit positive; never zero. */
  readonly minor: bigint;
  /** The earliest of the postings that are on it, ISO 8601 in UTC. */
  readonly since: string;
  /** Why it is in suspense; null on a clearing account. */
  readonly reason: string | null;
};

/**
 * What is open of a subject: one item for each clearing account and currency, and for each line in
 * suspense. A pure function of its set of postings; the pending layer does not count.
 */
export function openItemsOf(postings: readonly Posting[]): readonly OpenItem[] {
  const items: OpenItem[] = [];
  for (const { layer, line, legs, currency, exponent, effectiveAt, reason } of postings) {
    if (layer !== 'posted') continue;
    for (const { account, minor } of legs) {
      if (minor === 0n) continue;
      const isClearing = account.startsWith(CLEARING);
      if (!isClearing && !account.startsWith(SUSPENSE)) continue;
      add(items, {
        account,
        currency,
        exponent,
        line: isClearing ? '' : line,
        minor,
        since: effectiveAt,
        reason: isClearing ? null : reason,
      });
    }
  }
  return items.filter(({ minor }) => minor !== 0n);
}

/** Is it of the same account, currency and line? */
export function isSamePlace(a: OpenItem, b: OpenItem): boolean {
  return (
    a.line === b.line &&
    a.account === b.account &&
    a.currency === b.currency &&
    a.exponent === b.exponent
  );
}

/** There are one or two: a map would cost more than it saves. */
function add(items: OpenItem[], item: OpenItem): void {
  const index = items.findIndex((known) => isSamePlace(known, item));
  const known = items[index];
  if (known === undefined) items.push(item);
  else {
    const since = item.since < known.since ? item.since : known.since;
    items[index] = { ...known, minor: known.minor + item.minor, since };
  }
}
