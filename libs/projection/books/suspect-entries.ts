import { chainHash, type ChainedEntry } from './entry-chain.js';

/** An entry whose stored hash does not follow from the hash that is stored before it. */
export type Suspect = {
  readonly entry: ChainedEntry;
  readonly hash: string;
  /** The hash that is stored before it. */
  readonly before: string;
};

export type SortedSuspects = {
  readonly moved: readonly { readonly entry: ChainedEntry; readonly belongsAt: bigint }[];
  readonly changed: readonly Suspect[];
};

/**
 * Tells entries that changed places from entries that were changed, and drops those that only follow one
 * that moved: they are as they were. An entry belongs elsewhere where its columns, with that sequence, give
 * a hash that is stored at either place.
 */
export function sortOutSuspects(suspects: readonly Suspect[]): SortedSuspects {
  const moved: { entry: ChainedEntry; belongsAt: bigint }[] = [];
  const rest: Suspect[] = [];
  /** By sequence, the hash that the chain truly has there. */
  const trueHashes = new Map<bigint, string>();
  for (const suspect of suspects) {
    const place = placeOf(suspect, suspects);
    if (place === null) {
      rest.push(suspect);
      continue;
    }
    moved.push({ entry: suspect.entry, belongsAt: place.sequence });
    trueHashes.set(place.sequence, place.hash);
  }
  const changed = rest.filter(({ entry, hash }) => {
    const before = trueHashes.get(entry.sequence - 1n);
    return before === undefined || chainHash(before, entry) !== hash;
  });
  return { moved, changed };
}

function placeOf(
  { entry, hash }: Suspect,
  suspects: readonly Suspect[],
): { readonly sequence: bigint; readonly hash: string } | null {
  for (const other of suspects) {
    const { sequence } = other.entry;
    if (sequence === entry.sequence) continue;
    const chained = { ...entry, sequence };
    for (const before of [other.before, ...suspects.map((one) => one.hash)]) {
      const found = chainHash(before, chained);
      if (found === hash || found === other.hash) return { sequence, hash: found };
    }
  }
  return null;
}
