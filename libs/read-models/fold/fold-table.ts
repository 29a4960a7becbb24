/**
 * The folded tables: everything in them follows from the log, so a rebuild makes them again, row for
 * row. One schema per fold version and generation; neither appears in a row or an id.
 *
 * Operational tables (checkpoints, outbox, leases, attempts) live in schema `ops` and are never rebuilt;
 * no foreign key crosses.
 */
export type FoldTable = {
  readonly name: string;
  /** Column name and type, in the order of the table, of its view and of every comparison. */
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly primaryKey: readonly string[];
  /** Where only the newest fact is kept: the columns that say which of two is newer. */
  readonly newestBy?: readonly string[];
  /** Where rows are added up: the columns that a new row is added to. */
  readonly summed?: readonly string[];
  /** `create index` statements after `on schema.table`, by index name suffix. */
  readonly indexes: readonly string[];
  /** As `indexes`, of what no two rows may have in common. */
  readonly unique?: readonly string[];
  /** Storage parameters: rows that are updated in place leave room on their page. */
  readonly storage?: string;
};

/** Minor units of any currency. */
export const MINOR = 'numeric(38,0)';
export const UPDATED_IN_PLACE = 'fillfactor = 80';
