import { hash } from 'node:crypto';
import type { PostingRules } from '#ledger/posting/rules.js';
import type { Queryable } from '#read-models/database.js';
import type { Generation } from '#read-models/fold/fold-schema.js';

/** An entry of an append-only list of what changes a fold, in force from a log-append time. */
export type DatedEntry = {
  /** Which list: `posting-rule`, … */
  readonly list: string;
  /** Names the entry within its list, for ever. */
  readonly name: string;
  /** ISO 8601 in UTC with milliseconds. */
  readonly effectiveFrom: string;
  /** Of its whole content: SHA-256 in hex. */
  readonly digest: string;
};

/** The live tables were folded with other rules than this program has. Needs a person. */
export class DatedEntryRefused extends Error {
  override readonly name = 'DatedEntryRefused';
}

export function datedPostingRules(rules: PostingRules): readonly DatedEntry[] {
  return rules.map((rule) => ({
    list: 'posting-rule',
    name: rule.name,
    effectiveFrom: rule.effectiveFrom,
    digest: hash('sha256', contentOf(rule), 'hex'),
  }));
}

/** Whatever the order of its members. */
function contentOf(entry: object): string {
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Before the first tables of a version, which are folded from the beginning with whatever there is. */
export async function forgetDatedEntries(
  tx: Queryable,
  { version }: Pick<Generation, 'version'>,
): Promise<void> {
  await tx.query('delete from ops.dated_entries where version = $1', [version]);
}

/**
 * Compares the entries of this program with those that the live tables were folded with, and remembers the
 * new ones. Inside the caller's transaction, which holds the lock on the generations.
 *
 * Throws `DatedEntryRefused` for an entry that is gone or changed, and for a new one that is not dated after
 * what is folded already, or is being folded: a fold from the beginning would no longer give the books that
 * are there.
 */
export async function rememberDatedEntries(
  tx: Queryable,
  live: Generation,
  entries: readonly DatedEntry[],
): Promise<void> {
  await assertDatedEntries(tx, live, entries);
  for (const { list, name, effectiveFrom, digest } of entries) {
    await tx.query(
      `insert into ops.dated_entries (version, list, name, effective_from, digest)
       values ($1, $2, $3, $4, $5) on conflict do nothing`,
      [live.version, list, name, effectiveFrom, digest],
    );
  }
}

/** As `rememberDatedEntries`, but only looks. */
export async function assertDatedEntries(
  db: Queryable,
  live: Generation,
  entries: readonly DatedEntry[],
): Promise<void> {
  const { rows } = await db.query<{
    list: string;
    name: string;
    effective_from: Date;
    digest: string;
  }>(
    `select list, name, effective_from, digest from ops.dated_entries
      where version = $1 order by effective_from, list, name`,
    [live.version],
  );
  const known = rows.map(({ effective_from: effectiveFrom, ...row }) => ({
    ...row,
    effectiveFrom: effectiveFrom.toISOString(),
  }));
  const problem = datedProblem(entries, { known, foldedUntil: await foldedUntil(db, live) });
  if (problem !== null) throw new DatedEntryRefused(problem);
}

/**
 * What is wrong with the entries, as a sentence with what to do; null where nothing is.
 *
 * @param folded what the tables were folded with, none where nobody has looked yet, and the log-append time
 *   up to which they are, or may be by now, folded; null where nothing is folded
 */
export function datedProblem(
  entries: readonly DatedEntry[],
  {
    known,
    foldedUntil: until,
  }: { readonly known: readonly DatedEntry[]; readonly foldedUntil: string | null },
): string | null {
  const own = new Map(entries.map((entry) => [keyOf(entry), entry]));
  if (own.size < entries.length) return 'Two dated entries of one list have the same name.';
  for (const entry of known) {
    const found = own.get(keyOf(entry));
    if (found === undefined) return `${textOf(entry)} is gone from this program.${PUT_BACK}`;
    if (found.digest !== entry.digest) {
      return `${textOf(entry)} was changed in this program: it counts from ${found.effectiveFrom}.${PUT_BACK}`;
    }
  }
  if (known.length === 0 || until === null) return null;
  const names = new Set(known.map(keyOf));
  const late = entries.find((entry) => !names.has(keyOf(entry)) && entry.effectiveFrom <= until);
  return late === undefined
    ? null
    : `${textOf(late)} is new, but the live tables may be folded up to ${until} without it. ` +
        `Date it later than that, and later than the last process without it stops; ${REBUILD}`;
}

const REBUILD =
  'or give the fold a new version (FOLD_VERSION) and run "cuadre rebuild --accept-differences", ' +
  'which books everything anew.';
const PUT_BACK = ` The live tables were folded with it. Put it back as it was, and add a later one instead; ${REBUILD}`;

function keyOf({ list, name }: DatedEntry): string {
  return `${list} ${name}`;
}

function textOf({ list, name, effectiveFrom }: DatedEntry): string {
  return `Dated entry ${list} "${name}", in force from ${effectiveFrom},`;
}

/**
 * Whatever moves a checkpoint before the caller commits folds without the caller's new entries, and records
 * that the log holds by then: so up to now, and somewhat later. That is for the time until the commit, which
 * the time-outs of statements and of idle transactions bound, and for clocks that do not agree.
 */
const UNSEEN_MS = 60_000;

async function foldedUntil(
  db: Queryable,
  { version, generation }: Generation,
): Promise<string | null> {
  const { rows } = await db.query<{ until: Date | null }>(
    `select greatest(max(last_recorded_at), clock_timestamp() + $3 * interval '1 ms') as until
       from ops.checkpoints
      where version = $1 and generation = $2 having max(last_recorded_at) is not null`,
    [version, generation, UNSEEN_MS],
  );
  return rows[0]?.until?.toISOString() ?? null;
}
