import pg from 'pg';

/** A pool, or one connection inside a transaction: what queries need. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export type DatabaseOptions = {
  readonly url: string;
  readonly poolMax: number;
  readonly applicationName: string;
  /** Told of connections that die while idle; without it the process would exit. */
  readonly onError: (error: Error) => void;
  /** Default 8 s, below a consumer's session time-out; 0 is none, for work that may take long. */
  readonly statementTimeoutMs?: number;
};

export type Database = pg.Pool;

/** Below every consumer's session time-out: a process that was stopped must not hold the fence. */
const IDLE_IN_TRANSACTION_MS = 2_500;
const STATEMENT_TIMEOUT_MS = 8_000;

export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs = STATEMENT_TIMEOUT_MS } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    application_name: options.applicationName,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    statement_timeout: statementTimeoutMs,
    // A connection that a network swallowed never answers: this side gives up by itself.
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + 1_000 }),
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
 * database answered, which is the cause of the others. After a failure nothing more is issued, whatever
 * parts of the work are still on their way, and the rollback waits for what is.
 */
export async function inTransaction<T>(
  database: Database,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const client = await database.connect();
  const statements = new Statements(client);
  try {
    await client.query('begin');
    const result = await work(statements.queryable);
    await statements.close();
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await statements.close();
    await client.query('rollback').then(
      () => client.release(),
      (cause: unknown) => client.release(cause instanceof Error ? cause : true),
    );
    throw error instanceof pg.DatabaseError ? (statements.firstError ?? error) : error;
  }
}

/** The statements of one transaction: none is issued after the end, none is left behind. */
class Statements {
  firstError: unknown = null;
  readonly queryable: Queryable;
  private readonly underWay = new Set<Promise<unknown>>();
  private isOver = false;

  constructor(private readonly client: pg.PoolClient) {
    const query = (config: pg.QueryConfig, values?: unknown[]): Promise<unknown> =>
      this.issue(config, values);
    this.queryable = { query: query as Queryable['query'] };
  }

  async close(): Promise<void> {
    this.isOver = true;
    await Promise.allSettled(this.underWay);
  }

  private async issue(config: pg.QueryConfig, values?: unknown[]): Promise<unknown> {
    if (this.isOver || this.firstError !== null) throw new TransactionOver();
    const running =
      config instanceof pg.Query ? this.answerTo(config) : this.client.query(config, values);
    this.underWay.add(running);
    try {
      return await running;
    } catch (error) {
      this.firstError ??= error;
      throw error;
    } finally {
      this.underWay.delete(running);
    }
  }

  /** A connection, unlike a pool, answers no promise for a query that is made already. */
  private answerTo(query: pg.QueryConfig): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.client.query(query, (error: Error | null, result: unknown) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
  }
}

/** A part of the work came too late: its transaction has ended. */
class TransactionOver extends Error {
  override readonly name = 'TransactionOver';
  constructor() {
    super('The transaction is over: nothing more can be issued in it.');
  }
}

/** The five-character SQLSTATE of an error that PostgreSQL answered; null for every other error. */
export function sqlStateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** Result of a query in `rowMode: 'array'` whose columns are all cast to text. */
export type TextRows = pg.QueryArrayResult<(string | null)[]>;
