import { getMetadataArgsStorage } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { FOLD_TABLES } from '../fold/fold-tables.js';
import { READ_MODEL_ENTITIES } from '../queries/read-models.js';

/** Columns that are the fold's own business and that no query may show. */
const UNMAPPED: Readonly<Record<string, readonly string[]>> = {
  payments: ['own_recorded_at', 'own_version', 'claim_position', 'lookup_as_of', 'state'],
  subscriptions: ['rank', 'fact_id'],
  customers: ['fact_id'],
  deliveries: ['facts_digest'],
};

describe('entities', () => {
  it.each(READ_MODEL_ENTITIES.map((entity) => [entity.name, entity] as const))(
    '%s maps every column of its folded table, with its type, key and nullability',
    (_, entity) => {
      const storage = getMetadataArgsStorage();
      const table = storage.tables.find((one) => one.target === entity);
      const folded = FOLD_TABLES.find((one) => one.name === table?.name);
      const columns = storage.columns.filter((column) => column.target === entity);
      const mapped = columns.map(({ propertyName, options }) => [
        options.name ?? propertyName,
        `${String(options.type)}${options.array === true ? '[]' : ''}${
          options.nullable === true ? '' : ' not null'
        }`,
      ]);
      const expected = folded?.columns
        .filter(([name]) => !(UNMAPPED[folded.name] ?? []).includes(name))
        .map(([name, type]) => [name, type.replace('numeric(38,0)', 'numeric')]);
      const keys = columns.filter((column) => column.options.primary === true);

      expect(table?.schema).toBe('cuadre');
      expect(mapped.sort()).toEqual(expected?.sort());
      expect(keys.map(({ propertyName, options }) => options.name ?? propertyName)).toEqual(
        folded?.primaryKey,
      );
    },
  );
});
