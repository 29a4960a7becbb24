import type { Database } from '../database.js';

export type ClosedUntilRow = { readonly partition: number; readonly closedUntil: Date | null };

export type PeriodCloseRow = {
  readonly periodId: string;
  readonly until: Date;
  /** How many have folded it. */
  readonly partitions: number;
  /** When the log first had it. */
  readonly recordedAt: Date;
};

/** How far the books of each partition are closed. */
export class LedgerPeriodReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Partitions that have books at all, in order. */
  async closedUntil(): Promise<readonly ClosedUntilRow[]> {
    const { rows } = await this.#database.query<ClosedUntilRow>({
      name: 'cuadre.ledger-closed-until',
      text: `select partition, closed_until as "closedUntil" from cuadre.ledger_heads
             order by partition`,
    });
    return rows;
  }

  /** What closed them, the latest period first. */
  async closes(rowsMax: number): Promise<readonly PeriodCloseRow[]> {
    const { rows } = await this.#database.query<PeriodCloseRow>({
      name: 'cuadre.ledger-period-closes',
      text: `select period_id as "periodId", until, count(distinct partition)::int as partitions,
                    min(recorded_at) as "recordedAt"
               from cuadre.ledger_periods group by period_id, until
              order by until desc, period_id limit $1`,
      values: [rowsMax],
    });
    return rows;
  }
}
