import type { Database } from '../database.js';

export type ClosedUntilRow = { readonly partition: number; readonly closedUntil: Date | null };

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
}
