import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the headers of a waiting message are made of, instead of the headers as JSON: they are a third of
 * what a message takes. Messages that wait already keep their place.
 */
export class OutboxColumns1763900000000 implements MigrationInterface {
  readonly name = 'OutboxColumns1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table ops.outbox
        add type text,
        add fold_version int,
        add version bigint,
        add recorded_at timestamptz,
        add traceparent text`);
    await runner.query(`
      update ops.outbox
         set type = headers::json ->> 'ce_type',
             fold_version = (convert_from(value, 'UTF8')::json ->> 'foldVersion')::int,
             version = (headers::json ->> 'ce_sequence')::bigint,
             recorded_at = (headers::json ->> 'ce_time')::timestamptz,
             traceparent = headers::json ->> 'ce_traceparent'`);
    await runner.query(`
      alter table ops.outbox
        drop headers,
        alter type set not null,
        alter fold_version set not null,
        alter version set not null,
        alter recorded_at set not null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The headers of waiting messages cannot be written back in SQL: their ids are hashes.
    await runner.query('lock table ops.outbox');
    await runner.query(`
      do $$ begin
        if exists (select from ops.outbox) then raise 'Messages wait in the outbox.'; end if;
      end $$`);
    await runner.query(`
      alter table ops.outbox
        drop type, drop fold_version, drop version, drop recorded_at, drop traceparent,
        add headers text not null`);
  }
}
