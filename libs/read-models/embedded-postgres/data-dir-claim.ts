import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Key of the session lock that says "this data folder is in use"; any fixed number would do. */
const CLAIM_KEY = '4847250613';
const RETRY_MS = 50;

export type DataDirClaim = {
  /** Gives the folder up. */
  release(): Promise<void>;
};

export type ClaimOptions = {
  /** How long to wait for a holder that was just killed: the server notices it within about 60 ms. */
  readonly waitMs?: number;
  /** Told when the server ends the connection and with it the claim. */
  readonly onLost?: (error: Error) => void;
};

/** Another process already works in this data folder. */
export class DataDirBusy extends Error {
  override readonly name = 'DataDirBusy';
  constructor(dataDir: string) {
    super(
      `Another Cuadre already runs on the data folder ${dataDir}. ` +
        'Stop it, or set DATA_DIR to another folder (and PORT, GRPC_PORT and SANDBOX_PORT).',
    );
  }
}

/**
 * Claims the database of a data folder for this process: a session lock on a connection of its own, so that
 * it ends with the process however that dies. Null where another process holds it: throw `DataDirBusy`.
 */
export async function claimDataDir(
  url: string,
  { waitMs = 500, onLost = () => {} }: ClaimOptions = {},
): Promise<DataDirClaim | null> {
  const client = new pg.Client({ connectionString: url, application_name: 'cuadre-claim' });
  let isOver = false;
  client.on('error', (error) => {
    // The end of a connection is told more than once.
    if (!isOver) onLost(error);
    isOver = true;
  });
  await client.connect();
  const release = async (): Promise<void> => {
    isOver = true;
    await client.end();
  };
  try {
    const deadlineMs = Date.now() + waitMs;
    while (!(await tryLock(client))) {
      if (Date.now() >= deadlineMs) {
        await release();
        return null;
      }
      await sleep(RETRY_MS);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const result = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [
    CLAIM_KEY,
  ]);
  return result.rows[0]?.held === true;
}
