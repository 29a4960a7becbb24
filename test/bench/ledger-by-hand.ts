import type { Database } from '#read-models/database.js';
import { ACCOUNTS, type Booking } from './ledger-transfers.js';

/**
 * What one would write by hand for batches: one statement that inserts the transfers, locks each account
 * that they touch once and in order, moves it by the net, and writes entries with running balances. No
 * hashes, no times of effect, no check.
 */
export function setBasedBooking(database: Database): Booking {
  return {
    prepare: () => makeTables(database, 'hand'),
    async book(batch) {
      await database.query({
        name: 'by-hand',
        text: SET_BASED,
        values: [
          batch.map(({ id }) => id),
          batch.map(({ debit }) => debit),
          batch.map(({ credit }) => credit),
          batch.map(({ minor }) => minor),
        ],
      });
    },
    check: () => checkTables(database, 'hand'),
  };
}

const SET_BASED = `
with fresh as (
  insert into hand_transfers (id, debit, credit, minor)
  select * from unnest($1::uuid[], $2::int[], $3::int[], $4::bigint[])
  on conflict (id) do nothing returning id, debit, credit, minor
), legs as (
  select id, debit as account, minor from fresh
  union all select id, credit, -minor from fresh
), net as (
  select account, sum(minor) as minor, count(*) as entries from legs group by account
), locked as (
  select a.id, a.balance, a.version from hand_accounts a
   where a.id in (select account from net) order by a.id for update
), moved as (
  update hand_accounts a set balance = a.balance + net.minor, version = a.version + net.entries
    from net join locked on locked.id = net.account where a.id = net.account
)
insert into hand_entries (transfer_id, account, minor, balance, version)
select legs.id, legs.account, legs.minor,
       locked.balance + sum(legs.minor) over each, locked.version + row_number() over each
  from legs join locked on locked.id = legs.account
window each as (partition by legs.account order by legs.id, legs.minor rows unbounded preceding)`;

/**
 * A function of the database that books one transfer, called once for each: locks both accounts, moves
 * them, and writes two entries with running balances, as ledgers in SQL do.
 */
export function perCallBooking(database: Database): Booking {
  return {
    async prepare() {
      await makeTables(database, 'call');
      await database.query(ONE_TRANSFER);
    },
    async book(batch) {
      for (const { id, debit, credit, minor } of batch) {
        await database.query({
          name: 'one-transfer',
          text: 'select call_transfer($1, $2, $3, $4)',
          values: [id, debit, credit, minor],
        });
      }
    },
    check: () => checkTables(database, 'call'),
  };
}

const ONE_TRANSFER = `
create or replace function call_transfer(transfer uuid, payer int, payee int, amount bigint)
returns void language plpgsql as $$
declare now_balance numeric; now_version bigint;
begin
  perform from call_accounts where id in (payer, payee) order by id for update;
  insert into call_transfers (id, debit, credit, minor) values (transfer, payer, payee, amount);
  update call_accounts set balance = balance + amount, version = version + 1
   where id = payer returning balance, version into now_balance, now_version;
  insert into call_entries (transfer_id, account, minor, balance, version)
  values (transfer, payer, amount, now_balance, now_version);
  update call_accounts set balance = balance - amount, version = version + 1
   where id = payee returning balance, version into now_balance, now_version;
  insert into call_entries (transfer_id, account, minor, balance, version)
  values (transfer, payee, -amount, now_balance, now_version);
end $$`;

async function makeTables(database: Database, name: 'hand' | 'call'): Promise<void> {
  await database.query(`
    drop table if exists ${name}_transfers, ${name}_entries, ${name}_accounts;
    create table ${name}_accounts (
      id int primary key, balance numeric not null, version bigint not null
    ) with (fillfactor = 50);
    insert into ${name}_accounts select n, 0, 0 from generate_series(0, ${ACCOUNTS - 1}) n;
    create table ${name}_transfers (
      id uuid primary key, debit int not null, credit int not null, minor bigint not null,
      created_at timestamptz not null default now()
    );
    create table ${name}_entries (
      transfer_id uuid not null, account int not null, minor bigint not null,
      balance numeric not null, version bigint not null,
      created_at timestamptz not null default now(), primary key (account, version)
    );
    create index on ${name}_entries (transfer_id)`);
}

async function checkTables(
  database: Database,
  name: 'hand' | 'call',
): Promise<{ transfers: number; offMinor: bigint }> {
  const { rows } = await database.query<{ transfers: string; off: string }>(
    `select (select count(*) from ${name}_transfers) as transfers,
            (select sum(balance) from ${name}_accounts)
              + (select coalesce(sum(abs(a.balance - e.balance)), 0) from ${name}_accounts a
                   join ${name}_entries e on (e.account, e.version) = (a.id, a.version)) as off`,
  );
  const [{ transfers, off } = { transfers: '0', off: '0' }] = rows;
  return { transfers: Number(transfers), offMinor: BigInt(off) };
}
