/**
 * What the database itself holds of the books, whoever writes: each event's entries sum to zero in every
 * layer and currency, and no entry is ever changed or taken away. One trigger a statement, not a row.
 */
export function ledgerGuardsSql(schema: string): readonly string[] {
  const entries = `${schema}.ledger_entries`;
  return [
    `create function ${schema}.refuse_unbalanced() returns trigger language plpgsql as $$
       declare bad record;
       begin
         select event_id, layer, currency, sum(amount_minor) as off into bad from posted
          group by event_id, layer, currency, exponent having sum(amount_minor) <> 0 limit 1;
         if found then
           raise exception 'Entries of event % are off by % % in layer %.',
             bad.event_id, bad.off, bad.currency, bad.layer using errcode = '23514';
         end if;
         return null;
       end $$`,
    `create trigger balanced after insert on ${entries} referencing new table as posted
       for each statement execute function ${schema}.refuse_unbalanced()`,
    `create function ${schema}.refuse_change() returns trigger language plpgsql as $$
       begin
         raise exception 'Entries are never changed: a correction is a new entry.'
           using errcode = '23514';
       end $$`,
    `create trigger unchanged before update or delete or truncate on ${entries}
       for each statement execute function ${schema}.refuse_change()`,
  ];
}
