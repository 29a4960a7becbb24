import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each line of a settlement report is about, claimed before the log is told of it: two imports at once
 * could tell one line of two movements, and neither would see the other in the folded tables.
 */
export class ReportLineClaims1764100000000 implements MigrationInterface {
  readonly name = 'ReportLineClaims1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table ops.report_line_claims (
        settlement_id uuid not null,
        line text not null,
        -- Key of the subject that the line changes.
        subject text not null,
        claimed_at timestamptz not null default now(),
        primary key (settlement_id, line)
      )`);
    await runner.query('create index on ops.report_line_claims (subject)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table ops.report_line_claims');
  }
}
