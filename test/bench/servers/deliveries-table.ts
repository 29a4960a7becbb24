/** The baselines' one table. */
export const DELIVERIES_TABLE = `
create table if not exists deliveries (
  position bigint generated always as identity primary key,
  received_at timestamptz not null,
  sealed bytea not null
)`;
