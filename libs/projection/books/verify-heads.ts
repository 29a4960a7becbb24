import type { KeyObject } from 'node:crypto';
import type { Queryable } from '#read-models/database.js';
import type { BooksFinding } from './books-finding.js';
import type { SignedHeadFiles } from './heads-file.js';
import { CHAIN_START } from './entry-chain.js';
import { isSignedBy, OLDER_HEAD, type SignedHead } from './signed-heads.js';
import type { ChainEnd } from './verify-chain.js';
import type { Closes } from './verify-periods.js';

const CHUNK_HEADS = 1_000;

export type HeadsVerified = {
  /** Heads whose signature holds. */
  readonly heads: number;
  /** Lines that are no head, as a power cut leaves them. */
  readonly unreadableLines: number;
  /** Heads of the format before this one, which are not compared: they do not cover closed periods. */
  readonly olderLines: number;
  /** By partition, the greatest sequence that a head vouches for and the chain agrees with. */
  readonly vouched: ReadonlyMap<number, bigint>;
};

/**
 * Compares what was signed with the chain that is there. A chain that was rewritten from some entry on, with
 * every hash after it, is whole in itself; only what was signed before tells.
 */
export async function verifySignedHeads(
  source: { readonly db: Queryable; readonly schema: string },
  { files, publicKeys, ends, closes, onFinding, onHeads, signal }: HeadsCheck,
): Promise<HeadsVerified> {
  const compared = new ComparedHeads(ends, closes);
  let [heads, unreadableLines, olderLines] = [0, 0, 0];
  let chunk: SignedHead[] = [];
  const compareChunk = async (): Promise<void> => {
    signal.throwIfAborted();
    compared.take(chunk, await storedHashes(source, chunk));
    heads += chunk.length;
    chunk = [];
    onHeads(heads);
  };
  for await (const head of files.read()) {
    if (head === null) {
      unreadableLines += 1;
      continue;
    }
    if (head === OLDER_HEAD) {
      olderLines += 1;
      continue;
    }
    const problem = signatureProblem(head, publicKeys);
    if (problem !== null) {
      onFinding(findingOf('signed-head', head, problem));
      continue;
    }
    chunk.push(head);
    if (chunk.length === CHUNK_HEADS) await compareChunk();
  }
  await compareChunk();
  for (const finding of compared.findings()) onFinding(finding);
  return { heads, unreadableLines, olderLines, vouched: compared.vouched };
}

export type HeadsCheck = {
  readonly files: SignedHeadFiles;
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
  /** By partition, where the chain that is there ends. */
  readonly ends: ReadonlyMap<number, ChainEnd>;
  readonly closes: Closes;
  readonly onFinding: (finding: BooksFinding) => void;
  readonly onHeads: (heads: number) => void;
  readonly signal: AbortSignal;
};

/** Of each partition it keeps the last head that agrees and the first that does not. */
class ComparedHeads {
  readonly vouched = new Map<number, bigint>();
  readonly #broken = new Map<number, SignedHead>();
  readonly #beyond = new Map<number, SignedHead>();
  readonly #misclosed = new Map<number, BooksFinding>();

  constructor(
    private readonly ends: ReadonlyMap<number, ChainEnd>,
    private readonly closes: Closes,
  ) {}

  take(heads: readonly SignedHead[], stored: readonly (string | null)[]): void {
    for (const [index, head] of heads.entries()) {
      const { partition, sequence, hash } = head;
      const problem = this.#misclosed.has(partition) ? null : this.closes.problemOf(head);
      if (problem !== null) {
        this.#misclosed.set(partition, findingOf('period', head, problem));
      }
      if (sequence > (this.ends.get(partition)?.sequence ?? 0n)) {
        if (sequence > (this.#beyond.get(partition)?.sequence ?? 0n)) {
          this.#beyond.set(partition, head);
        }
      } else if (stored[index] !== hash) {
        const first = this.#broken.get(partition);
        if (first === undefined || sequence < first.sequence) this.#broken.set(partition, head);
      } else if (sequence > (this.vouched.get(partition) ?? 0n)) {
        this.vouched.set(partition, sequence);
      }
    }
  }

  *findings(): Generator<BooksFinding> {
    for (const [partition, head] of this.#beyond) {
      const end = this.ends.get(partition)?.sequence ?? 0n;
      const detail =
        `The tail is cut off: entry ${head.sequence} was signed at ${head.signedAt}, ` +
        `but the chain ends at ${end}.`;
      yield findingOf('tail', { partition, sequence: end + 1n }, detail);
    }
    for (const [partition, head] of this.#broken) {
      const vouched = this.vouched.get(partition) ?? 0n;
      const after = vouched < head.sequence ? vouched : 0n;
      const detail =
        `The chain is not the one that was signed at ${head.signedAt}: an entry from ` +
        `${after + 1n} to ${head.sequence} was changed, added or taken away.`;
      yield findingOf('signed-head', { partition, sequence: after + 1n }, detail);
    }
    yield* this.#misclosed.values();
  }
}

function signatureProblem(
  head: SignedHead,
  publicKeys: ReadonlyMap<string, KeyObject>,
): string | null {
  const key = publicKeys.get(head.keyId);
  const which = `The head signed at ${head.signedAt} for entry ${head.sequence}`;
  if (key === undefined) return `${which} names key ${head.keyId}, whose public half is not here.`;
  return isSignedBy(head, key) ? null : `${which} has a signature that is not of ${head.keyId}.`;
}

/** The hashes that are stored where the heads say that their entries are; null where there is none. */
async function storedHashes(
  { db, schema }: { readonly db: Queryable; readonly schema: string },
  heads: readonly SignedHead[],
): Promise<readonly (string | null)[]> {
  if (heads.length === 0) return [];
  const { rows } = await db.query<{ hash: string | null }>({
    name: `${schema}.signed_heads.hashes`,
    text: `select case h.sequence when 0 then '${CHAIN_START}' else e.hash end as hash
               from unnest($1::int[], $2::bigint[]) with ordinality as h (partition, sequence, n)
             left join ${schema}.ledger_entries e
               on e.partition = h.partition and e.sequence = h.sequence
            order by h.n`,
    values: [heads.map(({ partition }) => partition), heads.map((head) => String(head.sequence))],
  });
  return rows.map(({ hash }) => hash);
}

function findingOf(
  kind: BooksFinding['kind'],
  at: { readonly partition: number; readonly sequence: bigint },
  detail: string,
): BooksFinding {
  return { kind, partition: at.partition, sequence: at.sequence, entryId: null, detail };
}
