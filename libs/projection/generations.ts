import { Fenced } from '#event-log/event-log.js';
import { POSTING_RULES, type PostingRules } from '#ledger/posting/rules.js';
import { inTransaction, type Database, type Queryable } from '#read-models/database.js';
import {
  createFoldSchemaSql,
  dropViewsSql,
  foldSchemaName,
  pointViewsSql,
  type Generation,
} from '#read-models/fold/fold-schema.js';
import {
  assertDatedEntries,
  datedPostingRules,
  forgetDatedEntries,
  rememberDatedEntries,
} from './dated-entries.js';
import { FOLD_VERSION } from './fold-version.js';

export type LogIdentity = { readonly logId: string; readonly partitions: number };

/** Read models and log do not belong together, or were folded by other code. Needs a person. */
export class GenerationMismatch extends Error {
  override readonly name = 'GenerationMismatch';
}

/** Serialises everything that makes or swaps generations, over all processes. */
const GENERATIONS_LOCK = 4_210_002;

/**
 * Answers the live generation, making the first one on a fresh database.
 *
 * Throws `GenerationMismatch` when the live tables were folded from another log, or by another version of
 * the fold: then `cuadre rebuild` has to make new ones first. Throws `DatedEntryRefused` when they were
 * folded with other rules than these.
 */
export async function ensureLiveGeneration(
  database: Database,
  log: LogIdentity,
  rules: PostingRules = POSTING_RULES,
): Promise<Generation> {
  const live = await inTransaction(database, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
    const found = await findLive(tx);
    if (found === null) {
      const first = { version: FOLD_VERSION, generation: 1 };
      await createGeneration(tx, first, { ...log, status: 'live' });
      await tx.query(pointViewsSql(foldSchemaName(first)));
      await forgetDatedEntries(tx, first);
      await rememberDatedEntries(tx, first, datedPostingRules(rules));
      return { ...first, logId: log.logId };
    }
    if (found.version === FOLD_VERSION && found.logId === log.logId) {
      await rememberDatedEntries(tx, found, datedPostingRules(rules));
    }
    return found;
  });
  if (live.logId !== log.logId) {
    throw new GenerationMismatch(
      `The read models were folded from log ${live.logId}, but the log in use is ${log.logId}. ` +
        'Point DATABASE_URL and KAFKA_BROKERS at parts that belong together.',
    );
  }
  if (live.version !== FOLD_VERSION) {
    throw new GenerationMismatch(
      `The live tables are of fold version ${live.version}, this program folds version ` +
        `${FOLD_VERSION}. Run "cuadre rebuild" first.`,
    );
  }
  return { version: live.version, generation: live.generation };
}

/** The live generation, read at every assignment: a swap may have come between. */
export async function liveGeneration(db: Queryable): Promise<Generation> {
  const live = await findLive(db);
  if (live === null) throw new Fenced('There is no live generation.');
  return { version: live.version, generation: live.generation };
}

/**
 * Makes an empty generation beside the live one. One build at a time: a second one is refused. So is one
 * with other rules than live was folded with (`DatedEntryRefused`), unless the fold's version is new.
 */
export async function createBuilding(
  database: Database,
  log: LogIdentity,
  rules: PostingRules,
): Promise<Generation> {
  return inTransaction(database, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
    const live = await findLive(tx);
    if (live?.version === FOLD_VERSION) {
      await assertDatedEntries(tx, live, datedPostingRules(rules));
    } else {
      // Left from when this version was live before: no tables stand by them any more.
      await forgetDatedEntries(tx, { version: FOLD_VERSION });
    }
    const { rows } = await tx.query<{ generation: number }>(
      'select coalesce(max(generation), 0) + 1 as generation from ops.generations where version = $1',
      [FOLD_VERSION],
    );
    const next = { version: FOLD_VERSION, generation: rows[0]?.generation ?? 1 };
    await createGeneration(tx, next, { ...log, status: 'building' });
    return next;
  });
}

/** Drops a generation that is not live: a build that was given up, or tables that were swapped out. */
export async function dropGeneration(database: Database, target: Generation): Promise<void> {
  await inTransaction(database, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
    const { rowCount } = await tx.query(
      `delete from ops.generations where version = $1 and generation = $2 and status <> 'live'`,
      [target.version, target.generation],
    );
    if (rowCount !== 1) return;
    await tx.query('delete from ops.checkpoints where version = $1 and generation = $2', [
      target.version,
      target.generation,
    ]);
    await tx.query(`drop schema if exists ${foldSchemaName(target)} cascade`);
  });
}

/** Builds and retired tables that a rebuild which died has left behind. */
export async function leftoverGenerations(db: Queryable): Promise<readonly Generation[]> {
  const { rows } = await db.query<Generation>(
    `select version, generation from ops.generations where status <> 'live' order by 1, 2`,
  );
  return rows;
}

/**
 * Swaps readers and the projector over to `next`, in one transaction with both generations' checkpoints
 * locked. The new one may be behind, never ahead: the projector then folds the rest again and sends the
 * messages of it again, with the same ids; ahead, some would never be sent.
 *
 * @param rules those that `next` was folded with; live may have been folded past the date of a new one
 *   meanwhile, and then it is not swapped (`DatedEntryRefused`)
 */
export async function swapGenerations(
  database: Database,
  { live, next, rules }: { live: Generation; next: Generation; rules: PostingRules },
): Promise<void> {
  await inTransaction(database, async (tx) => {
    await tx.query(`set local lock_timeout = '2s'`);
    await tx.query('select pg_advisory_xact_lock($1)', [GENERATIONS_LOCK]);
    const { rows } = await tx.query<{ partition: number }>(
      `select n.partition from ops.checkpoints n
         join ops.checkpoints l on l.partition = n.partition
        where (n.version, n.generation) = ($1, $2) and (l.version, l.generation) = ($3, $4)
          and n.next_position <= l.next_position
        order by n.partition for update of l, n`,
      [next.version, next.generation, live.version, live.generation],
    );
    const { rows: all } = await tx.query(
      'select from ops.checkpoints where version = $1 and generation = $2',
      [next.version, next.generation],
    );
    if (rows.length !== all.length) {
      throw new GenerationMismatch('The new generation is ahead of the live one; not swapped.');
    }
    const isSameVersion = live.version === next.version;
    if (!isSameVersion) await forgetDatedEntries(tx, next);
    await rememberDatedEntries(tx, isSameVersion ? live : next, datedPostingRules(rules));
    await setStatus(tx, live, 'retired');
    await setStatus(tx, next, 'live');
    // Another version has other columns, which a view cannot be replaced with.
    if (!isSameVersion) await tx.query(dropViewsSql());
    await tx.query(pointViewsSql(foldSchemaName(next)));
  });
}

async function setStatus(
  tx: Queryable,
  { version, generation }: Generation,
  status: 'live' | 'retired',
): Promise<void> {
  for (const table of ['generations', 'checkpoints']) {
    await tx.query(`update ops.${table} set status = $3 where version = $1 and generation = $2`, [
      version,
      generation,
      status,
    ]);
  }
}

async function createGeneration(
  tx: Queryable,
  target: Generation,
  { logId, partitions, status }: LogIdentity & { readonly status: 'live' | 'building' },
): Promise<void> {
  await tx.query(createFoldSchemaSql(foldSchemaName(target)));
  await tx.query(
    'insert into ops.generations (version, generation, log_id, status) values ($1, $2, $3, $4)',
    [target.version, target.generation, logId, status],
  );
  await tx.query(
    `insert into ops.checkpoints (version, generation, partition, status, next_position)
     select $1, $2, p, $4, 0 from generate_series(0, $3 - 1) p`,
    [target.version, target.generation, partitions, status],
  );
}

async function findLive(db: Queryable): Promise<(Generation & { readonly logId: string }) | null> {
  const { rows } = await db.query<{ version: number; generation: number; log_id: string }>(
    `select version, generation, log_id from ops.generations where status = 'live'`,
  );
  const [row] = rows;
  return row === undefined
    ? null
    : { version: row.version, generation: row.generation, logId: row.log_id };
}
