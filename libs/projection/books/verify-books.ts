import type { KeyObject } from 'node:crypto';
import { inTransaction, type Database, type Queryable } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import { liveGeneration } from '../generations.js';
import type { BooksFinding } from './books-finding.js';
import type { SignedHeadFiles } from './heads-file.js';
import { verifyChain, type ChainEnd } from './verify-chain.js';
import { verifySignedHeads, type HeadsVerified } from './verify-heads.js';
import { verifyPeriods } from './verify-periods.js';
import { verifyBalanced, verifyDays, verifyGuards } from './verify-sums.js';

export type VerifyProgress =
  | { readonly step: 'walked'; readonly partition: number; readonly entries: bigint; of: bigint }
  | { readonly step: 'summing' }
  | { readonly step: 'signed-heads'; readonly heads: number };

export type VerifiedBooks = {
  readonly generation: Generation;
  readonly isSound: boolean;
  readonly entries: bigint;
  readonly partitions: readonly VerifiedPartition[];
  readonly signed: HeadsVerified;
  /** At most `FINDINGS_MAX`; `findingsCount` counts all of them. */
  readonly findings: readonly BooksFinding[];
  readonly findingsCount: number;
};

export type VerifiedPartition = ChainEnd & {
  readonly partition: number;
  /** Up to here a signed head vouches for the chain; 0 where none does. */
  readonly vouchedTo: bigint;
};

const FINDINGS_MAX = 1_000;

/**
 * Verifies the live books, of one snapshot while folding goes on: every chain, the head rows, the sums and
 * what was signed of them outside the database. Only reads.
 *
 * `files` is to be opened before: a head that is signed after the snapshot would look like a tail cut off.
 */
export async function verifyBooks(
  database: Database,
  options: {
    readonly files: SignedHeadFiles;
    readonly publicKeys: ReadonlyMap<string, KeyObject>;
    readonly onProgress: (progress: VerifyProgress) => void;
    readonly signal: AbortSignal;
  },
): Promise<VerifiedBooks> {
  return inTransaction(database, async (db) => {
    await db.query('set transaction isolation level repeatable read read only');
    // Hashing a page may take a while on a busy machine, in which this session waits.
    await db.query('set local idle_in_transaction_session_timeout = 0');
    await db.query('set local statement_timeout = 0');
    const generation = await liveGeneration(db);
    return verifySnapshot({ db, schema: foldSchemaName(generation), generation }, options);
  });
}

type Source = { readonly db: Queryable; readonly schema: string; readonly generation: Generation };

async function verifySnapshot(
  source: Source,
  { files, publicKeys, onProgress, signal }: Parameters<typeof verifyBooks>[1],
): Promise<VerifiedBooks> {
  const findings: BooksFinding[] = [];
  let findingsCount = 0;
  const onFinding = (finding: BooksFinding): void => {
    findingsCount += 1;
    if (findings.length < FINDINGS_MAX) findings.push(finding);
  };
  await verifyGuards(source, onFinding);
  const heads = await headRows(source);
  const of = [...heads.values()].reduce((sum, { sequence }) => sum + sequence, 0n);
  const ends = new Map<number, ChainEnd>();
  let entries = 0n;
  for (const partition of await partitionsOf(source, heads)) {
    const onEntries = (count: number): void => {
      entries += BigInt(count);
      onProgress({ step: 'walked', partition, entries, of });
    };
    const end = await verifyChain(source, { partition, onFinding, onEntries, signal });
    ends.set(partition, end);
    const problem = headProblem(end, heads.get(partition));
    if (problem !== null) onFinding({ partition, entryId: null, ...problem });
  }
  onProgress({ step: 'summing' });
  await verifyBalanced(source, onFinding);
  await verifyDays(source, onFinding);
  const closes = await verifyPeriods(source, onFinding);
  const signed = await verifySignedHeads(source, {
    files,
    publicKeys,
    ends,
    closes,
    onFinding,
    onHeads: (count) => onProgress({ step: 'signed-heads', heads: count }),
    signal,
  });
  const partitions = [...ends].map(([partition, end]) => ({
    partition,
    ...end,
    vouchedTo: signed.vouched.get(partition) ?? 0n,
  }));
  return {
    generation: source.generation,
    isSound: findingsCount === 0,
    entries,
    partitions,
    signed,
    findings,
    findingsCount,
  };
}

function headProblem(
  end: ChainEnd,
  head: ChainEnd | undefined,
): Pick<BooksFinding, 'kind' | 'sequence' | 'detail'> | null {
  if (head === undefined) {
    if (end.sequence === 0n) return null;
    const detail = `The head row is gone; the chain ends at ${end.sequence}.`;
    return { kind: 'head', sequence: end.sequence, detail };
  }
  if (head.sequence > end.sequence) {
    const detail = `The tail is cut off: the head row stands at ${head.sequence}, the chain ends at ${end.sequence}.`;
    return { kind: 'tail', sequence: end.sequence + 1n, detail };
  }
  if (head.sequence < end.sequence) {
    const detail = `The head row stands at ${head.sequence}, but the chain goes on to ${end.sequence}.`;
    return { kind: 'head', sequence: head.sequence + 1n, detail };
  }
  if (head.hash === end.hash) return null;
  const detail = `The head row has another hash than entry ${end.sequence}.`;
  return { kind: 'head', sequence: end.sequence, detail };
}

async function headRows({ db, schema }: Source): Promise<ReadonlyMap<number, ChainEnd>> {
  const { rows } = await db.query<{ partition: number; sequence: string; hash: string }>(
    `select partition, sequence, hash from ${schema}.ledger_heads`,
  );
  return new Map(
    rows.map(({ partition, sequence, hash }) => [partition, { sequence: BigInt(sequence), hash }]),
  );
}

/** Also those that no head row names; by steps along the key, since the table may be large. */
async function partitionsOf(
  { db, schema }: Source,
  heads: ReadonlyMap<number, ChainEnd>,
): Promise<readonly number[]> {
  const { rows } = await db.query<{ partition: number }>(
    `with recursive found (partition) as (
       select min(partition) from ${schema}.ledger_entries
       union all
       select (select min(e.partition) from ${schema}.ledger_entries e
                where e.partition > found.partition)
         from found where found.partition is not null)
     select partition from found where partition is not null`,
  );
  const partitions = new Set([...heads.keys(), ...rows.map(({ partition }) => partition)]);
  return [...partitions].sort((a, b) => a - b);
}
