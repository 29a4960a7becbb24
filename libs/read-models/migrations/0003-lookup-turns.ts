import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By what the reconciler picks: those that failed least and wait longest, or have been due longest. */
export class LookupTurns1763950000000 implements MigrationInterface {
  readonly name = 'LookupTurns1763950000000';

  async up(runner: QueryRunner): Promise<void> {
    // What still waits gets its row again: only its back-off is forgotten.
    await runner.query('delete from ops.lookup_attempts');
    await runner.query(`
      alter table ops.lookup_attempts
        add account text not null,
        add since timestamptz not null`);
    await runner.query('create index on ops.lookup_attempts (account, attempts, since)');
    await runner.query('create index on ops.lookup_attempts (account, next_attempt_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table ops.lookup_attempts drop account, drop since');
  }
}
