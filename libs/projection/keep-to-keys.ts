import type { Queryable } from '#read-models/database.js';

/**
 * Every row of a fold is found by a key. A plan that was made while a table was small, or before anybody
 * analysed it, would scan it from then on, and a scan of the deliveries costs more than a whole batch.
 */
export async function keepToKeys(tx: Queryable): Promise<void> {
  await tx.query('set local enable_seqscan = off');
}
