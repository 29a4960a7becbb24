import type { FoldTable } from './fold-table.js';
import { FOLD_TABLES } from './fold-tables.js';
import { ledgerGuardsSql } from './ledger-guards.js';

/** Schema of the views that every reader uses. */
export const VIEWS_SCHEMA = 'cuadre';

/** A version of the fold's code and, of that, one run over the log. */
export type Generation = { readonly version: number; readonly generation: number };

export function foldSchemaName({ version, generation }: Generation): string {
  return `fold_${version}_${generation}`;
}

/** Statements that make an empty schema for one generation. */
export function createFoldSchemaSql(schema: string): string {
  return [
    `create schema ${schema}`,
    ...FOLD_TABLES.flatMap((table) => tableSql(schema, table)),
    ...ledgerGuardsSql(schema),
  ].join(';\n');
}

/**
 * Points the readers' views at one generation. Column lists are explicit and only ever grow at the end:
 * a changed list would break the statements that other sessions have prepared.
 */
export function pointViewsSql(schema: string): string {
  return FOLD_TABLES.map(
    ({ name, columns }) =>
      `create or replace view ${VIEWS_SCHEMA}.${name} as select ${columns
        .map(([column]) => column)
        .join(', ')} from ${schema}.${name}`,
  ).join(';\n');
}

/** The readers' views, whichever version made them. */
export function dropViewsSql(): string {
  return `do $$ declare name text; begin
    for name in select viewname from pg_views where schemaname = '${VIEWS_SCHEMA}' loop
      execute format('drop view ${VIEWS_SCHEMA}.%I', name);
    end loop;
  end $$`;
}

function tableSql(schema: string, table: FoldTable): readonly string[] {
  const { name, columns, primaryKey, indexes, unique = [], storage } = table;
  const lines = [
    ...columns.map(([column, type]) => `${column} ${type}`),
    `primary key (${primaryKey.join(', ')})`,
  ];
  return [
    `create table ${schema}.${name} (\n  ${lines.join(',\n  ')}\n)${
      storage === undefined ? '' : ` with (${storage})`
    }`,
    ...indexes.map((index) => `create index on ${schema}.${name} ${index}`),
    ...unique.map((index) => `create unique index on ${schema}.${name} ${index}`),
  ];
}
