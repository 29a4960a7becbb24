import type pg from 'pg';
import type { Database } from './database.js';

/** A lock that lives as long as its connection: whoever dies gives it up. */
export type SessionLock = {
  /** The connection that holds the lock: work done on it cannot outlive the lock. */
  readonly connection: pg.PoolClient;
  isHeld(): boolean;
  release(): Promise<void>;
};

/**
 * A holder whose host is gone closes nothing: the server then has to ask, and gives the lock up after about
 * 20 s instead of the two hours that are usual.
 */
const KEEPALIVES =
  'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 2';

/** Takes an advisory lock for this session, or answers null at once when another session has it. */
export async function acquireSessionLock(
  database: Database,
  key: number,
): Promise<SessionLock | null> {
  const connection = await database.connect();
  let isHeld = true;
  const lose = (): void => {
    isHeld = false;
  };
  connection.on('error', lose);
  connection.on('end', lose);
  const { rows } = await connection
    .query(KEEPALIVES)
    .then(() =>
      connection.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [key]),
    )
    .catch((error: unknown) => {
      connection.release(true);
      throw error;
    });
  if (rows[0]?.locked !== true) {
    // The connection goes on in the pool, and whoever waits for the lock comes here every second.
    connection.off('error', lose);
    connection.off('end', lose);
    connection.release();
    return null;
  }
  return {
    connection,
    isHeld: () => isHeld,
    // Closing the connection gives the lock back even if the session is in a bad state.
    release: async () => connection.release(true),
  };
}
