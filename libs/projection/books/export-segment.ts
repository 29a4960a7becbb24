import type { KeyObject } from 'node:crypto';
import type { Queryable } from '#read-models/database.js';
import { canonicalEntry, CHAIN_START, chainHash } from './entry-chain.js';
import type { SignedHeadFiles } from './heads-file.js';
import {
  headLine,
  isSignedBy,
  OLDER_HEAD,
  publicKeyText,
  type SignedHead,
} from './signed-heads.js';
import { storedEntries } from './stored-entries.js';

export type SegmentBounds = {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
};

export type Segment = SegmentBounds & {
  /** The hash before the first entry. */
  readonly before: string;
  /** Of the entries within, in their order; the last one is of the last entry. */
  readonly heads: readonly SignedHead[];
};

/** The segment cannot be proved as it was asked for. */
export class SegmentRefused extends Error {
  override readonly name = 'SegmentRefused';
}

type Source = { readonly db: Queryable; readonly schema: string };

/**
 * Finds a part of a chain that proves itself: it starts where an event's entries start, and ends with an
 * entry whose head was signed, at or after `to` (absent: the last one that was). Throws `SegmentRefused`.
 */
export async function planSegment(
  { db, schema }: Source,
  {
    partition,
    from,
    to,
  }: { readonly partition: number; readonly from: bigint; readonly to: bigint | null },
  signed: { readonly files: SignedHeadFiles; readonly publicKeys: ReadonlyMap<string, KeyObject> },
): Promise<Segment> {
  if (to !== null && to < from) throw new SegmentRefused('The segment ends before it starts.');
  const found = await headsFrom(signed, { partition, from });
  if (found.length === 0) await requireEntries({ db, schema }, partition);
  const wanted = to ?? found.at(-1)?.sequence ?? from;
  const last = found.find(({ sequence }) => sequence >= wanted);
  if (last === undefined) {
    const end = found.at(-1);
    throw new SegmentRefused(
      `No head of partition ${partition} is signed at or after entry ${wanted}` +
        (end === undefined ? '.' : `; the last one is of entry ${end.sequence}.`),
    );
  }
  const start = await startOfEvent({ db, schema }, { partition, sequence: from });
  const before = start === 1n ? CHAIN_START : await hashOf({ db, schema }, partition, start - 1n);
  const heads = found.filter(({ sequence }) => sequence <= last.sequence);
  return { partition, from: start, to: last.sequence, before, heads };
}

/**
 * The lines of a segment's file, without line feeds: a header, the entries, and behind each entry whose
 * head was signed that head. docs/ledger.md tells the format. Throws `SegmentRefused` where the chain is
 * not whole, because then `cuadre verify` has to tell more.
 */
export async function* segmentLines(
  source: Source,
  { partition, from, to, before, heads }: Segment,
  publicKeys: ReadonlyMap<string, KeyObject>,
): AsyncGenerator<string> {
  const used = new Set(heads.map(({ keyId }) => keyId));
  const keys = [...publicKeys].filter(([keyId]) => used.has(keyId));
  yield JSON.stringify({
    format: 'cuadre.ledger-segment.v2',
    partition,
    from: from.toString(),
    to: to.toString(),
    before,
    heads: heads.length,
    keys: keys.map(([keyId, key]) => ({ keyId, publicKey: publicKeyText(key) })),
  });
  let hash = before;
  let expected = from;
  let nextHead = 0;
  for await (const page of storedEntries(source, { partition, from, to })) {
    for (const row of page) {
      const { entry, sequence } = row;
      if (sequence !== expected || entry === null || chainHash(hash, entry) !== row.hash) {
        throw new SegmentRefused(`The chain is broken at entry ${expected}.`);
      }
      hash = row.hash;
      expected += 1n;
      yield `{"entry":${canonicalEntry(entry)},"hash":"${hash}"}`;
      const head = heads[nextHead];
      if (head?.sequence !== sequence) continue;
      if (head.hash !== hash) {
        throw new SegmentRefused(`Entry ${sequence} is not the one that was signed.`);
      }
      nextHead += 1;
      yield `{"head":${headLine(head)}}`;
    }
  }
  if (expected !== to + 1n) throw new SegmentRefused(`The chain ends at entry ${expected - 1n}.`);
}

/** In the order of the chain, the last one of each sequence. */
async function headsFrom(
  {
    files,
    publicKeys,
  }: { readonly files: SignedHeadFiles; readonly publicKeys: ReadonlyMap<string, KeyObject> },
  { partition, from }: { readonly partition: number; readonly from: bigint },
): Promise<readonly SignedHead[]> {
  const heads = new Map<bigint, SignedHead>();
  for await (const head of files.read()) {
    if (head === null || head === OLDER_HEAD) continue;
    if (head.partition !== partition || head.sequence < from) continue;
    const key = publicKeys.get(head.keyId);
    if (key === undefined || !isSignedBy(head, key)) continue;
    // A period that was closed since has the later one cover more.
    if (head.signedAt < (heads.get(head.sequence)?.signedAt ?? '')) continue;
    heads.set(head.sequence, head);
  }
  return [...heads.values()].sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
}

/** Without entries nothing can be signed; what partitions there are is more of an answer. */
async function requireEntries({ db, schema }: Source, partition: number): Promise<void> {
  const { rows } = await db.query<{ partition: number }>(
    `select partition from ${schema}.ledger_heads where sequence > 0 order by partition`,
  );
  const booked = rows.map((row) => row.partition);
  if (booked.includes(partition)) return;
  throw new SegmentRefused(
    `Nothing is booked in partition ${partition}` +
      (booked.length === 0
        ? ', nor in any other.'
        : `; there are entries in ${booked.join(', ')}.`),
  );
}

/** Cut in its middle, an event would not sum to zero. */
async function startOfEvent(
  { db, schema }: Source,
  { partition, sequence }: { readonly partition: number; readonly sequence: bigint },
): Promise<bigint> {
  const { rows } = await db.query<{ start: string | null }>(
    `select coalesce((
              select b.sequence from ${schema}.ledger_entries b
               where b.partition = e.partition and b.sequence < e.sequence
                 and b.event_id <> e.event_id
               order by b.sequence desc limit 1), 0) + 1 as start
       from ${schema}.ledger_entries e where e.partition = $1 and e.sequence = $2`,
    [partition, sequence.toString()],
  );
  const start = rows[0]?.start;
  if (typeof start !== 'string') {
    throw new SegmentRefused(`Partition ${partition} has no entry ${sequence}.`);
  }
  return BigInt(start);
}

async function hashOf(
  { db, schema }: Source,
  partition: number,
  sequence: bigint,
): Promise<string> {
  const { rows } = await db.query<{ hash: string }>(
    `select hash from ${schema}.ledger_entries where partition = $1 and sequence = $2`,
    [partition, sequence.toString()],
  );
  const hash = rows[0]?.hash;
  if (hash === undefined) throw new SegmentRefused(`Entry ${sequence} is gone.`);
  return hash;
}
