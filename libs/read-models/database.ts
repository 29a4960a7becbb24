import pg from 'pg';

/** A pool, or one connection inside a transaction: what queries need. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export type DatabaseOptions = {
  readonly url: string;
  readonly poolMax: number;
  readonly applicationName: string;
  /** Told of connections that die while idle; without it the process would exit. */
  readonly onError: (error: Error) => void;
  /** Must stay below a consumer's session time-out: a stopped process must not hold the fence. */
  readonly idleInTransactionTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
};

export type Database = pg.Pool;

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 4_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    // Statements that are issued together go out together: a batch of the fold costs three round trips.
    pipeline: true,
  });
  pool.on('error', options.onError);
  // A checked-out connection that dies emits its own error; unheard, that ends the process.
  pool.on('connect', (client) => client.on('error', options.onError));
  return pool;
}

/**
 * Runs `work` in one transaction; a connection that failed to roll back is not used again.
 *
 * Statements that were issued together all fail once one has: what is thrown is the first error that the
 * database answered, which is the cause of the others.
 */
export async function inTransaction<T>(
  database: Database,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const client = await database.connect();
  const errors: unknown[] = [];
  try {
    await client.query('begin');
    const result = await work(notingErrors(client, errors));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (cause: unknown) => client.release(cause instanceof Error ? cause : true),
    );
    throw error instanceof pg.DatabaseError ? (errors[0] ?? error) : error;
  }
}

function notingErrors(client: pg.PoolClient, errors: unknown[]): Queryable {
  const query = async (config: pg.QueryConfig, values?: unknown[]): Promise<unknown> => {
    try {
      return await client.query(config, values);
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
  return { query: query as Queryable['query'] };
}

/** The five-character SQLSTATE of an error that PostgreSQL answered; null for every other error. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** Result of a query in `rowMode: 'array'` whose columns are all cast to text. */
export type TextRows = pg.QueryArrayResult<(string | null)[]>;
