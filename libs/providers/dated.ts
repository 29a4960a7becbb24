import { InvariantError } from '#ledger/assert.js';

/** An entry of an append-only list of what changes a fold, effective from a log-append time. */
export type Dated = { readonly effectiveFromMs: number };

/**
 * The entry in force when the log took an observation. The list is sorted, its first entry is from
 * 0.
 */
export function inForce<T extends Dated>(list: readonly T[], recordedAtMs: number): T {
  const entry = list.findLast(({ effectiveFromMs }) => effectiveFromMs <= recordedAtMs);
  if (entry === undefined) throw new InvariantError(`No entry is in force at ${recordedAtMs}.`);
  return entry;
}
