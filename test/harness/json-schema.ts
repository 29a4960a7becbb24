/** The part of JSON Schema (2020-12) that our own documents use. */
export type JsonSchema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly allOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
};

type Context = {
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  readonly path?: string;
};

/**
 * What is wrong with a value, as `path: reason`. Stricter than JSON Schema in one point: a member that
 * the schema does not name is an error, so that nothing goes out undescribed.
 */
export function schemaErrors(
  schema: JsonSchema,
  value: unknown,
  context: Context,
): readonly string[] {
  const path = context.path ?? '';
  const inner = (one: JsonSchema): readonly string[] => schemaErrors(one, value, context);
  if (schema.$ref !== undefined) {
    const found = context.definitions[schema.$ref.slice('#/components/schemas/'.length)];
    return found === undefined ? [`${path}: ${schema.$ref} is missing`] : inner(found);
  }
  if (schema.allOf !== undefined) return schema.allOf.flatMap(inner);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) {
    const fitting = choices.filter((choice) => inner(choice).length === 0).length;
    const isFit = schema.oneOf === undefined ? fitting > 0 : fitting === 1;
    return isFit ? [] : [`${path}: fits ${fitting} of ${choices.length} choices`];
  }
  return [
    ...typeErrors(schema, value, path),
    ...textErrors(schema, value, path),
    ...memberErrors(schema, value, context),
  ];
}

function typeErrors({ type, enum: values }: JsonSchema, value: unknown, path: string): string[] {
  const types = type === undefined ? [] : [type].flat();
  const actual = typeOf(value);
  const isTyped =
    types.length === 0 ||
    types.includes(actual) ||
    (actual === 'integer' && types.includes('number'));
  const isListed = values === undefined || values.includes(value);
  return [
    ...(isTyped ? [] : [`${path}: is ${actual}, not ${types.join(' or ')}`]),
    ...(isListed ? [] : [`${path}: ${JSON.stringify(value)} is not listed`]),
  ];
}

function textErrors({ pattern, format }: JsonSchema, value: unknown, path: string): string[] {
  if (typeof value !== 'string') return [];
  const isMatching = pattern === undefined || new RegExp(pattern, 'u').test(value);
  const known = FORMATS[format ?? ''];
  const isFormatted = known === undefined || known.test(value);
  return isMatching && isFormatted ? [] : [`${path}: ${value} has another form`];
}

function memberErrors(schema: JsonSchema, value: unknown, context: Context): readonly string[] {
  const path = context.path ?? '';
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return [`${path}: items are not described`];
    return value.flatMap((item: unknown, n) =>
      schemaErrors(items, item, { ...context, path: `${path}/${n}` }),
    );
  }
  if (typeof value !== 'object' || value === null || schema.properties === undefined) {
    return typeof value === 'object' && value !== null ? extraErrors(schema, value, context) : [];
  }
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  return [
    ...missing.map((name) => `${path}/${name}: is missing`),
    ...extraErrors(schema, value, context),
  ];
}

function extraErrors(schema: JsonSchema, value: object, context: Context): readonly string[] {
  const { properties = {}, additionalProperties } = schema;
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const path = `${context.path ?? ''}/${name}`;
    const described =
      properties[name] ??
      (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (described === undefined) return [`${path}: is not described`];
    return schemaErrors(described, member, { ...context, path });
  });
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};
