import { subjectIdOf } from '#events/ids.js';
import type { Queryable } from '#read-models/database.js';
import type { BooksFinding, FindingKind } from './books-finding.js';
import { CHAIN_START, chainHash } from './entry-chain.js';
import { storedEntries, type StoredEntry } from './stored-entries.js';
import { sortOutSuspects, type Suspect } from './suspect-entries.js';

/** Beyond this an attack is no swap of rows any more, and each row is told of by itself. */
const SUSPECTS_MAX = 40;

export type ChainEnd = { readonly sequence: bigint; readonly hash: string };

export type ChainWalk = {
  readonly partition: number;
  readonly onFinding: (finding: BooksFinding) => void;
  /** Told after each page. */
  readonly onEntries: (entries: number) => void;
  readonly signal: AbortSignal;
};

/**
 * Walks a partition's chain in pages: sequences without gaps, each hash over the one before. Past a bad
 * entry it goes on from the hash that is stored, so each change is told of where it is, and answers the end.
 */
export async function verifyChain(
  source: { readonly db: Queryable; readonly schema: string },
  walk: ChainWalk,
): Promise<ChainEnd> {
  const chain = new WalkedChain(walk);
  for await (const page of storedEntries(source, { partition: walk.partition })) {
    walk.signal.throwIfAborted();
    for (const row of page) chain.take(row);
    walk.onEntries(page.length);
  }
  chain.finish();
  return chain.end;
}

class WalkedChain {
  #expected = 1n;
  #hash = CHAIN_START;
  /** Null behind a gap: what the next entry was chained to is gone. */
  #before: string | null = CHAIN_START;
  #suspects: Suspect[] = [];

  constructor(private readonly walk: ChainWalk) {}

  get end(): ChainEnd {
    return { sequence: this.#expected - 1n, hash: this.#hash };
  }

  take(row: StoredEntry): void {
    if (row.sequence < this.#expected) {
      this.#tell('moved', row, `Entry ${row.sequence} lies before the start of the chain.`);
      return;
    }
    if (row.sequence > this.#expected) this.#tellGap(row);
    this.#takeEntry(row);
    this.#before = row.hash;
    this.#hash = row.hash;
    this.#expected = row.sequence + 1n;
  }

  #takeEntry(row: StoredEntry): void {
    const { entry, hash } = row;
    const before = this.#before;
    if (entry === null) {
      this.#tell('changed', row, `${row.unreadable} holds a value that the books never hold.`);
    } else if (before !== null && chainHash(before, entry) !== hash) {
      this.#suspects.push({ entry, hash, before });
      if (this.#suspects.length > SUSPECTS_MAX) this.#tellSuspects();
    } else if (row.subjectId !== subjectIdOf(row.subject)) {
      // The one column that the hash does not cover follows from another one.
      this.#tell('changed', row, `subject_id is not the id of ${row.subject}.`);
    }
  }

  finish(): void {
    const { moved, changed } = sortOutSuspects(this.#suspects);
    for (const { entry, belongsAt } of moved) {
      const detail = `Moved: the chain has this entry at sequence ${belongsAt}.`;
      this.#tell('moved', entry, detail);
    }
    this.#suspects = [...changed];
    this.#tellSuspects();
  }

  #tellSuspects(): void {
    for (const { entry } of this.#suspects) {
      const detail = 'Changed: its hash does not follow from its columns and the hash before it.';
      this.#tell('changed', entry, detail);
    }
    this.#suspects = [];
  }

  #tellGap({ sequence }: StoredEntry): void {
    const [first, last] = [this.#expected, sequence - 1n];
    const which = first === last ? `Entry ${first} is` : `Entries ${first} to ${last} are`;
    this.#before = null;
    this.walk.onFinding({
      kind: 'missing',
      partition: this.walk.partition,
      sequence: first,
      entryId: null,
      detail: `${which} gone, so nothing tells whether entry ${sequence} is as it was.`,
    });
  }

  #tell(kind: FindingKind, row: Pick<StoredEntry, 'sequence' | 'entryId'>, detail: string): void {
    const { partition, onFinding } = this.walk;
    onFinding({ kind, partition, sequence: row.sequence, entryId: row.entryId, detail });
  }
}
