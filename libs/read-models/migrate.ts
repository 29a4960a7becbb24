import { DataSource } from 'typeorm';
import { OperationalTables1763770000000 } from './migrations/0001-operational-tables.js';
import { OutboxColumns1763900000000 } from './migrations/0002-outbox-columns.js';
import { LookupTurns1763950000000 } from './migrations/0003-lookup-turns.js';
import { DatedEntries1764000000000 } from './migrations/0004-dated-entries.js';
import { ReportLineClaims1764100000000 } from './migrations/0005-report-line-claims.js';

const MIGRATION_LOCK = 4_210_001;

/**
 * Brings the operational schema up to date. TypeORM's migrations take no lock of their own, so several
 * processes that start at once queue on an advisory lock here. Any error stops the boot.
 */
export async function migrate(url: string): Promise<void> {
  const source = new DataSource({
    type: 'postgres',
    url,
    // Named, because a user called `cuadre` would otherwise find its own schema first once that exists.
    schema: 'public',
    migrations: [
      OperationalTables1763770000000,
      OutboxColumns1763900000000,
      LookupTurns1763950000000,
      DatedEntries1764000000000,
      ReportLineClaims1764100000000,
    ],
    migrationsTableName: 'cuadre_migrations',
    migrationsTransactionMode: 'each',
    poolSize: 2,
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await source.runMigrations();
  } finally {
    // Closing the session gives the lock back, whatever happened.
    await lock.release();
    await source.destroy();
  }
}
