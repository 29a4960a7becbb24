import { InvariantError } from '#ledger/assert.js';
import { scanJson } from './json-scanner.js';
import type { MemberTree } from './member-tree.js';

/**
 * Named members of a body or a query: path to source token. What is absent was not sent, was not
 * named, or did not fit its shape.
 */
export type Facts = ReadonlyMap<string, string>;

export const noFacts: Facts = new Map();

/**
 * Text of a member: a string decoded, a number or boolean as written; null where it is null or
 * absent.
 */
export function textOf(facts: Facts, path: string): string | null {
  const token = facts.get(path);
  if (token === undefined || token === 'null' || token === '[') return null;
  return token.startsWith('"') ? stringOf(token) : token;
}

/** The text of a string token, as the scanners hand it over. */
export function stringOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}

/** As `textOf`, but an empty text counts as absent: forms send empty members. */
export function filledTextOf(facts: Facts, path: string): string | null {
  const text = textOf(facts, path);
  return text === '' ? null : text;
}

/** The first of several members that has a text. */
export function firstTextOf(facts: Facts, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const text = filledTextOf(facts, path);
    if (text !== null) return text;
  }
  return null;
}

/**
 * The value of an observation: `{"body":…,"query":…}`, nested as in the source, tokens verbatim. A
 * body that could not be read is `null`. A list stands as `[]`: that it was there is the fact.
 */
export function encodeFacts({ body, query }: { body: Facts | null; query: Facts }): Buffer {
  const bodyText = body === null ? 'null' : objectText(body);
  return Buffer.from(`{"body":${bodyText},"query":${objectText(query)}}`);
}

/** Keys in a value's tree: of the body as a whole, and before the name of a query member. */
export const BODY_KEY = '{body}';
export const QUERY_KEY_MARK = '?';

/**
 * Reads a value back. `wanted` files members of the body under their paths in the body, the others
 * under the two keys above. The body is null where it could not be read.
 */
export function readFacts(
  value: Buffer,
  wanted: MemberTree,
): { readonly body: Facts | null; readonly query: Facts } {
  const scan = scanJson(value, wanted);
  if ('refused' in scan) throw new InvariantError(`A value of facts is ${scan.refused}.`);
  const { tokens } = scan;
  const isBodyRead = tokens.get(BODY_KEY) === '{';
  tokens.delete(BODY_KEY);
  const query = new Map<string, string>();
  for (const [key, token] of tokens) {
    if (!key.startsWith(QUERY_KEY_MARK)) continue;
    query.set(key.slice(QUERY_KEY_MARK.length), token);
    tokens.delete(key);
  }
  return { body: isBodyRead ? tokens : null, query };
}

/** Members of one object stand together in facts, as they did in the source. */
function objectText(facts: Facts): string {
  if (facts.size === 0) return '{}';
  let text = '{';
  let separator = '';
  let open = NO_NAMES;
  // Not by its entries, each of which would be an array.
  facts.forEach((token, path) => {
    const { parents, label } = placeOf(path);
    if (parents !== open) {
      const same = sharedDepth(open, parents);
      text += '}'.repeat(open.length - same) + separator;
      separator = '';
      for (let depth = same; depth < parents.length; depth += 1) {
        text += `"${parents[depth] ?? ''}":{`;
      }
      open = parents;
    }
    text += separator + label + (token === '[' ? '[]' : token);
    separator = ',';
  });
  return `${text}${'}'.repeat(open.length)}}`;
}

const NO_NAMES: readonly string[] = [];

/** How many of the open objects also hold the members of these parents. */
function sharedDepth(open: readonly string[], parents: readonly string[]): number {
  let same = 0;
  while (same < open.length && open[same] === parents[same]) same += 1;
  return same;
}

type Place = {
  /** Names of the objects that the member is in; one array for all members of an object. */
  readonly parents: readonly string[];
  /** `"name":` */
  readonly label: string;
};

const places = new Map<string, Place>();
const parentsByPath = new Map<string, readonly string[]>([['', NO_NAMES]]);

/** Splits a path once: paths come from profiles, so there are few. */
function placeOf(path: string): Place {
  const known = places.get(path);
  if (known !== undefined) return known;
  const end = path.lastIndexOf('.');
  const parentPath = path.slice(0, Math.max(end, 0));
  const parents = parentsByPath.get(parentPath) ?? parentPath.split('.');
  parentsByPath.set(parentPath, parents);
  const place = { parents, label: `"${path.slice(end + 1)}":` };
  places.set(path, place);
  return place;
}
