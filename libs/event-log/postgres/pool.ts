import { Pool, type PoolConfig } from 'pg';

/** Milliseconds after which the database gives a statement of the log up. */
const STATEMENT_TIMEOUT_MS = 5_000;
const CLIENT_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;

export type EventLogPoolOptions = {
  readonly url: string;
  /** One of them writes; the others read and keep leases. */
  readonly connectionsMax?: number;
  /** Told when an idle connection dies; the pool replaces it by itself. */
  readonly onError?: (error: unknown) => void;
};

/** A pool that several logs may share: no statement of theirs waits for another's connection. */
export function openEventLogPool(options: EventLogPoolOptions): Pool {
  const pool = new Pool(eventLogPoolConfig(options));
  // Without a listener the death of an idle connection would end the process.
  pool.on('error', (error) => options.onError?.(error));
  return pool;
}

export function eventLogPoolConfig({ url, connectionsMax = 6 }: EventLogPoolOptions): PoolConfig {
  return {
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: STATEMENT_TIMEOUT_MS,
    // A connection that a network swallowed never answers: this side gives up by itself.
    query_timeout: CLIENT_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'cuadre-event-log',
    // pg-pool awaits what this answers; its types do not say so.
    onConnect: (client) => client.query(SESSION_SETTINGS) as unknown as undefined,
  };
}

/**
 * Every statement here is a few index probes, so the generic plan over the primary keys is right
 * from the first row to the last; a plan made while a table was empty would not be. An append must
 * be durable when it answers, whatever the server's default is.
 */
const SESSION_SETTINGS = `
select set_config(name, setting, false) from (values
  ('statement_timeout', '${STATEMENT_TIMEOUT_MS}'),
  ('idle_in_transaction_session_timeout', '${STATEMENT_TIMEOUT_MS}'),
  ('plan_cache_mode', 'force_generic_plan'),
  ('enable_seqscan', 'off'),
  ('enable_bitmapscan', 'off'),
  ('jit', 'off')
) as settings (name, setting);
select set_config('synchronous_commit', 'on', false)
where current_setting('synchronous_commit') in ('off', 'local');
`;
