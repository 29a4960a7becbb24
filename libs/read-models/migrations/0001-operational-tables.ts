import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Operational tables: what is not folded from the log and so is never rebuilt. Positions of the fold,
 * messages that wait for a public topic, leases and attempts of lookups, refused deliveries.
 */
export class OperationalTables1763770000000 implements MigrationInterface {
  readonly name = 'OperationalTables1763770000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema if not exists ops');
    await runner.query('create schema if not exists cuadre');
    await runner.query(`
      create table ops.generations (
        version int not null,
        generation int not null,
        log_id text not null,
        status text not null check (status in ('building', 'live', 'retired')),
        created_at timestamptz not null default now(),
        swapped_at timestamptz,
        primary key (version, generation)
      )`);
    await runner.query(
      `create unique index one_live_generation on ops.generations ((true)) where status = 'live'`,
    );
    // The hottest rows of the system: room on the page keeps updates in place.
    await runner.query(`
      create table ops.checkpoints (
        version int not null,
        generation int not null,
        partition int not null,
        -- The generation's status, on the row that the compare-and-set locks: a swap that commits
        -- while a batch waits for the lock is then seen by that batch.
        status text not null check (status in ('building', 'live', 'retired')),
        next_position bigint not null,
        last_recorded_at timestamptz,
        updated_at timestamptz not null default now(),
        primary key (version, generation, partition)
      ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0,
              autovacuum_vacuum_threshold = 200)`);
    await runner.query(`
      create table ops.outbox (
        id bigint generated always as identity primary key,
        topic text not null,
        key text not null,
        value bytea not null,
        headers text not null,
        created_at timestamptz not null default now()
      ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
    await runner.query(`
      create table ops.lookup_attempts (
        subject text primary key,
        leased_until timestamptz,
        lease_owner text,
        attempts int not null default 0,
        next_attempt_at timestamptz not null default now(),
        last_error text,
        -- What the last answer was as of: until that is folded, the row in the queue is not due.
        answered_as_of bigint,
        updated_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table ops.refused_deliveries (
        id uuid primary key,
        source text not null,
        reason text not null,
        body_digest text,
        body_bytes int not null,
        request_id text not null,
        refused_at timestamptz not null default now()
      )`);
    await runner.query(`create index on ops.refused_deliveries (refused_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema ops cascade');
  }
}
