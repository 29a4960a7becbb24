import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EventLog } from '#event-log/event-log.js';
import { openEventLogs } from '#event-log/open-event-logs.js';
import { createLogger } from '#platform/logger.js';
import { openDatabase, type Database } from '#read-models/database.js';
import { startEmbeddedPostgres } from '#read-models/embedded-postgres/embedded-postgres.js';
import { CommandError, type CommandIo } from './command.js';

/**
 * Hands over the database and the log themselves, for commands that need no running service; one that runs
 * goes on meanwhile. Everything is given back afterwards.
 */
export async function withStore<T>(
  io: CommandIo,
  command: string,
  work: (store: { readonly database: Database; readonly log: EventLog }) => Promise<T>,
): Promise<T> {
  return withDatabase(io, command, async ({ database, url }) => {
    const config = io.config();
    const logger = createLogger(config, { service: 'cli', stream: { write: () => undefined } });
    const logs = await openEventLogs({ config, databaseUrl: url, logger });
    try {
      return await work({ database, log: logs.observations });
    } finally {
      await logs.close();
    }
  });
}

/** As `withStore`, without the log: enough for a database that was restored somewhere else. */
export async function withDatabase<T>(
  io: CommandIo,
  command: string,
  work: (store: { readonly database: Database; readonly url: string }) => Promise<T>,
): Promise<T> {
  const config = io.config();
  if (config.database.url === null && !existsSync(join(config.dataDir, 'postgres', 'PG_VERSION'))) {
    throw new CommandError(`There is no database of Cuadre in ${resolve(config.dataDir)}.`, {
      exitCode: 3,
      hint: 'Set DATA_DIR to the data folder of `npm start`, or DATABASE_URL.',
    });
  }
  const embedded =
    config.database.url === null ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
  const url = embedded?.url ?? config.database.url ?? '';
  const database = openDatabase({
    url,
    poolMax: 4,
    applicationName: `cuadre-${command}`,
    onError: () => undefined,
    statementTimeoutMs: 0,
  });
  try {
    return await work({ database, url });
  } finally {
    await database.end();
    if (embedded !== null && !embedded.wasAdopted) await embedded.stop();
  }
}
