import { setTimeout as sleep } from 'node:timers/promises';
import { PositionLost, type EventLog } from '#event-log/event-log.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { inTransaction, sqlStateOf, type Database } from '#read-models/database.js';
import { foldSchemaName, type Generation } from '#read-models/fold/fold-schema.js';
import { FOLD_TABLES } from '#read-models/fold/fold-tables.js';
import { acquireSessionLock } from '#read-models/session-lock.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';
import { compareGenerations, type TableComparison } from './compare-generations.js';
import { foldPart } from './fold-part.js';
import {
  createBuilding,
  dropGeneration,
  leftoverGenerations,
  liveGeneration,
  swapGenerations,
} from './generations.js';

export type RebuildProgress =
  | { readonly step: 'dropped'; readonly generation: Generation }
  | { readonly step: 'building'; readonly generation: Generation; readonly records: bigint }
  | { readonly step: 'folded'; readonly records: bigint; readonly of: bigint }
  | { readonly step: 'comparing'; readonly positions: readonly bigint[] }
  | { readonly step: 'compared'; readonly comparison: TableComparison }
  | { readonly step: 'swapped'; readonly generation: Generation };

export type RebuildResult = {
  readonly isSame: boolean;
  readonly hasSwapped: boolean;
  readonly records: bigint;
  readonly comparisons: readonly TableComparison[];
};

/**
 * Blue/green: fills a fresh generation from position 0 while the live one goes on, stops it at the
 * positions of one snapshot of live, compares every row there, and swaps when nothing differs.
 *
 * A difference is swapped in only when it is accepted; otherwise the rebuilt tables are kept for inspection
 * until the next run. One rebuild at a time.
 */
export async function rebuild(
  ports: { readonly database: Database; readonly log: EventLog },
  options: RebuildOptions,
): Promise<RebuildResult> {
  const lock = await acquireSessionLock(ports.database, REBUILD_LOCK);
  if (lock === null) throw new RebuildRunning();
  try {
    return await rebuildAlone(ports, options);
  } finally {
    await lock.release();
  }
}

export type RebuildOptions = {
  readonly swap: boolean;
  /** Swaps in spite of differences: what a new fold version or a mended mapping needs. */
  readonly acceptsDifferences: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RebuildProgress) => void;
  /** Default: those in force. */
  readonly rules?: PostingRules;
};

/** Another rebuild works on the same database. */
export class RebuildRunning extends Error {
  override readonly name = 'RebuildRunning';
  constructor() {
    super('Another rebuild is running on this database; wait for it, or stop it.');
  }
}

const REBUILD_LOCK = 4_210_004;

async function rebuildAlone(
  ports: { readonly database: Database; readonly log: EventLog },
  options: RebuildOptions,
): Promise<RebuildResult> {
  const { database, log } = ports;
  const { onProgress, rules = POSTING_RULES } = options;
  for (const leftover of await leftoverGenerations(database)) {
    await dropGeneration(database, leftover);
    onProgress({ step: 'dropped', generation: leftover });
  }
  const live = await liveGeneration(database);
  const next = await createBuilding(database, log, rules);
  const build = new Build(ports, next, options);
  const target = await livePositions(database, live);
  onProgress({ step: 'building', generation: next, records: sum(target) });
  await build.foldUpTo(target);
  await analyze(database, next);
  const compared = await compareAtSnapshot({ database, live, next }, build, onProgress);
  const isSame = compared.every(({ differences }) => differences.length === 0);
  const hasSwapped = options.swap && (isSame || options.acceptsDifferences);
  if (hasSwapped) {
    await swapWithRetry(database, { live, next, rules });
    onProgress({ step: 'swapped', generation: next });
    await dropGeneration(database, live);
  } else if (isSame) {
    await dropGeneration(database, next);
  }
  return { isSame, hasSwapped, records: build.folded, comparisons: compared };
}

/** Readers and the fold hold their locks for moments only, so a swap that did not get its own tries again. */
async function swapWithRetry(
  database: Database,
  generations: { live: Generation; next: Generation; rules: PostingRules },
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await swapGenerations(database, generations);
    } catch (error) {
      if (sqlStateOf(error) !== LOCK_NOT_AVAILABLE || attempt === SWAP_ATTEMPTS_MAX) throw error;
      await sleep(SWAP_PAUSE_MS);
    }
  }
}

const LOCK_NOT_AVAILABLE = '55P03';
const SWAP_ATTEMPTS_MAX = 10;
const SWAP_PAUSE_MS = 200;

/** The fold of one building generation, resumable by its own checkpoints. */
class Build {
  folded = 0n;
  private readonly checkpoints = new Map<number, Checkpoint>();

  constructor(
    private readonly ports: { readonly database: Database; readonly log: EventLog },
    private readonly generation: Generation,
    private readonly options: {
      readonly signal: AbortSignal;
      readonly onProgress: (progress: RebuildProgress) => void;
      readonly rules?: PostingRules;
    },
  ) {}

  async foldUpTo(target: readonly bigint[]): Promise<void> {
    const low = await this.ports.log.startPositions();
    for (const [partition, end] of target.entries()) {
      if ((low[partition] ?? 0n) > 0n && end > 0n) {
        throw new PositionLost(`Partition ${partition} no longer starts at 0: cannot rebuild.`);
      }
      await this.foldPartition(partition, { end, total: sum(target) });
    }
  }

  private async foldPartition(
    partition: number,
    { end, total }: { end: bigint; total: bigint },
  ): Promise<void> {
    const { database, log } = this.ports;
    const { rules = POSTING_RULES } = this.options;
    let checkpoint =
      this.checkpoints.get(partition) ??
      (await readCheckpoint(database, this.generation, partition));
    if (checkpoint.nextPosition >= end) return;
    for await (const records of log.read(partition, checkpoint.nextPosition, end)) {
      this.options.signal.throwIfAborted();
      checkpoint = await foldPart(
        database,
        { generation: this.generation, status: 'building', rules },
        { partition, checkpoint, records, signal: this.options.signal, onFolded: () => {} },
      );
      this.checkpoints.set(partition, checkpoint);
      this.folded += BigInt(records.length);
      this.options.onProgress({ step: 'folded', records: this.folded, of: total });
    }
  }
}

/**
 * One exported snapshot of live fixes both its rows and its positions; the build folds exactly up to them
 * and stands still, so both sides have seen the same log.
 */
async function compareAtSnapshot(
  { database, live, next }: { database: Database; live: Generation; next: Generation },
  build: Build,
  onProgress: (progress: RebuildProgress) => void,
): Promise<readonly TableComparison[]> {
  const snapshot = await database.connect();
  try {
    await snapshot.query('begin isolation level repeatable read read only');
    // The comparison may take minutes, in which this session waits on the build.
    await snapshot.query('set local idle_in_transaction_session_timeout = 0');
    await snapshot.query('set local statement_timeout = 0');
    const positions = await livePositions(snapshot, live);
    await build.foldUpTo(positions);
    onProgress({ step: 'comparing', positions });
    return await inTransaction(database, async (rebuilt) => {
      await rebuilt.query('set local idle_in_transaction_session_timeout = 0');
      return compareGenerations(
        {
          live: { db: snapshot, generation: live },
          rebuilt: { db: rebuilt, generation: next },
        },
        (comparison) => onProgress({ step: 'compared', comparison }),
      );
    });
  } finally {
    await snapshot.query('rollback').catch(() => undefined);
    snapshot.release();
  }
}

async function livePositions(
  db: Pick<Database, 'query'>,
  { version, generation }: Generation,
): Promise<readonly bigint[]> {
  const { rows } = await db.query<{ next_position: string }>(
    `select next_position from ops.checkpoints
      where version = $1 and generation = $2 order by partition`,
    [version, generation],
  );
  return rows.map((row) => BigInt(row.next_position));
}

async function analyze(database: Database, generation: Generation): Promise<void> {
  const schema = foldSchemaName(generation);
  for (const { name } of FOLD_TABLES) await database.query(`analyze ${schema}.${name}`);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
