import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the live tables of each fold version were folded with: entries of append-only lists, each in force
 * from a log-append time. Whoever folds with other ones is refused.
 */
export class DatedEntries1764000000000 implements MigrationInterface {
  readonly name = 'DatedEntries1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ops.dated_entries (
        version int not null,
        list text not null,
        name text not null,
        effective_from timestamptz not null,
        -- Of its whole content, so that a change of it shows.
        digest text not null,
        first_seen_at timestamptz not null default now(),
        primary key (version, list, name)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ops.dated_entries');
  }
}
