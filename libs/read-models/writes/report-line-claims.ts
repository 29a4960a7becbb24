import { inTransaction, type Database, type Queryable } from '../database.js';

/** What the lines of one report are about. */
export type ReportLineClaim = {
  readonly settlementId: string;
  /** The provider account. */
  readonly account: string;
  readonly lines: readonly ClaimedLine[];
};

export type ClaimedLine = {
  readonly line: string;
  /** Key of the subject that it changes: the movement that it names, else itself. */
  readonly subject: string;
};

/** Why lines cannot be told; both are empty where they can. */
export type ReportLineRivals = {
  /** Lines that were claimed for another subject. */
  readonly claimedOtherwise: readonly string[];
  /** Subjects that would have more lines than one may have. */
  readonly overfull: readonly string[];
};

/** The first to tell a line decides for ever what it is about: rows of `ops.report_line_claims`. */
export class ReportLineClaims {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Claims all of these lines, or none where there are rivals. A claim of the same subject stands, so that an
   * import that stopped half-way can be sent again.
   */
  async claim(wanted: ReportLineClaim, linesMax: number): Promise<ReportLineRivals> {
    return inTransaction(this.#database, async (tx) => {
      // Imports of one account claim one after the other, so what was counted still holds at the insert.
      await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK, wanted.account]);
      const rivals = await rivalsOf(tx, wanted, linesMax);
      if (rivals.claimedOtherwise.length + rivals.overfull.length === 0) {
        await tx.query(INSERT, valuesOf(wanted));
      }
      return rivals;
    });
  }

  /** As `claim`, without claiming anything. */
  async check(wanted: ReportLineClaim, linesMax: number): Promise<ReportLineRivals> {
    return rivalsOf(this.#database, wanted, linesMax);
  }
}

const LOCK = 4_210_005;

async function rivalsOf(
  tx: Queryable,
  wanted: ReportLineClaim,
  linesMax: number,
): Promise<ReportLineRivals> {
  const { rows } = await tx.query<{ line: string }>(OTHERWISE, valuesOf(wanted));
  const full = await tx.query<{ subject: string }>(OVERFULL, [...valuesOf(wanted), linesMax]);
  return {
    claimedOtherwise: rows.map(({ line }) => line),
    overfull: full.rows.map(({ subject }) => subject),
  };
}

function valuesOf({ settlementId, lines }: ReportLineClaim): unknown[] {
  return [settlementId, lines.map(({ line }) => line), lines.map(({ subject }) => subject)];
}

const INSERT = `
  insert into ops.report_line_claims (settlement_id, line, subject)
  select $1::uuid, line, subject from unnest($2::text[], $3::text[]) as told (line, subject)
  on conflict do nothing`;

const OTHERWISE = `
  select told.line from unnest($2::text[], $3::text[]) as told (line, subject)
  join ops.report_line_claims c on c.settlement_id = $1::uuid and c.line = told.line
  where c.subject <> told.subject`;

/** Lines that were told before there were claims, or of which those are lost, are in the folded table. */
const OVERFULL = `
  with told as (
    select $1::uuid as settlement_id, line, subject
    from unnest($2::text[], $3::text[]) as told (line, subject)
  ), named as (select distinct subject from told)
  select subject from (
    select settlement_id, line, subject from told
    union
    select c.settlement_id, c.line, c.subject
    from ops.report_line_claims c join named on named.subject = c.subject
    union
    select l.settlement_id, l.line, l.subject
    from cuadre.report_lines l join named on named.subject = l.subject
  ) as every
  group by subject having count(*) > $4::int`;
