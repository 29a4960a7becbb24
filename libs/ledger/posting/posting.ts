import { InvariantError } from '../assert.js';
import type { LedgerAccount } from './ledger-account.js';

/** `pending` is authorised money that nobody has captured: beside the books, never in them. */
export const LAYERS = ['posted', 'pending'] as const;

export type Layer = (typeof LAYERS)[number];

/** One side of a posting. Debits are positive, credits negative, in minor units. */
export type Leg = { readonly account: LedgerAccount; readonly minor: bigint };

/** One reason why money is where it is: legs of one currency that sum to zero. */
export type Posting = {
  /** Names the reason within its subject, for ever: `success`, `cost`, `refund:r1`, … */
  readonly line: string;
  readonly layer: Layer;
  readonly currency: string;
  readonly exponent: number;
  /** The provider's time, ISO 8601 in UTC; the log's where the provider states none. */
  readonly effectiveAt: string;
  readonly legs: readonly Leg[];
  /** Why a leg is in suspense, in kebab words; null where none is. */
  readonly reason: string | null;
};

/** A leg that one event posts. */
export type EntryLine = {
  readonly line: string;
  readonly layer: Layer;
  readonly account: LedgerAccount;
  readonly currency: string;
  readonly exponent: number;
  /** Debit positive; never zero. */
  readonly minor: bigint;
  readonly effectiveAt: string;
  readonly reason: string | null;
};

/** A set that does not sum to zero: a bug of a posting rule. Names the line and what is over. */
export class UnbalancedPosting extends InvariantError {
  override readonly name = 'UnbalancedPosting';
  constructor(
    readonly line: string,
    readonly offMinor: bigint,
    readonly currency: string,
  ) {
    super(`Line ${line} is off by ${offMinor} minor units of ${currency}.`);
  }
}

/**
 * What an event has to post so that a subject's entries become `after`: the difference, line by line. A
 * line whose time changed is taken back at its old time and posted at its new one, so that balances as at
 * any time end the same whatever came first.
 *
 * Throws `UnbalancedPosting`.
 */
export function differenceOf(
  before: readonly Posting[],
  after: readonly Posting[],
): readonly EntryLine[] {
  if (before.length === 0 && after.length === 0) return [];
  for (const posting of after) assertBalanced(posting);
  const old = new Map(before.map((posting) => [keyOf(posting), posting]));
  const lines: EntryLine[] = [];
  for (const posting of after) {
    const known = old.get(keyOf(posting));
    old.delete(keyOf(posting));
    if (known === undefined) lines.push(...entriesOf(posting, posting.legs));
    else if (known.effectiveAt === posting.effectiveAt) {
      lines.push(...entriesOf(posting, netOf(known.legs, posting.legs)));
    } else lines.push(...reversalOf(known), ...entriesOf(posting, posting.legs));
  }
  for (const gone of old.values()) lines.push(...reversalOf(gone));
  return lines;
}

export function assertBalanced({ line, legs, currency }: Posting): void {
  const off = legs.reduce((sum, { minor }) => sum + minor, 0n);
  if (off !== 0n) throw new UnbalancedPosting(line, off, currency);
}

function keyOf({ line, layer, currency, exponent }: Posting): string {
  return `${layer} ${currency} ${exponent} ${line}`;
}

function reversalOf(posting: Posting): readonly EntryLine[] {
  return entriesOf(
    posting,
    posting.legs.map(({ account, minor }) => ({ account, minor: -minor })),
  );
}

/** What turns the old legs into the new ones, account by account. */
function netOf(before: readonly Leg[], after: readonly Leg[]): readonly Leg[] {
  const net = new Map<LedgerAccount, bigint>();
  for (const { account, minor } of after) net.set(account, (net.get(account) ?? 0n) + minor);
  for (const { account, minor } of before) net.set(account, (net.get(account) ?? 0n) - minor);
  return [...net].map(([account, minor]) => ({ account, minor }));
}

function entriesOf(posting: Posting, legs: readonly Leg[]): readonly EntryLine[] {
  const { line, layer, currency, exponent, effectiveAt, reason } = posting;
  return legs
    .filter(({ minor }) => minor !== 0n)
    .map(({ account, minor }) => ({
      line,
      layer,
      account,
      currency,
      exponent,
      minor,
      effectiveAt,
      reason,
    }));
}
