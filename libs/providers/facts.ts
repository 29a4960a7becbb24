import { InvariantError } from '#ledger/assert.js';
import { scanJson, type MemberTree } from './json-scanner.js';

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

/**
 * Reads a value back. `members` names members of the body; `queryMembers` of the query. The body is
 * null where it could not be read.
 */
export function readFacts(
  value: Buffer,
  wanted: MemberTree,
): { readonly body: Facts | null; readonly query: Facts } {
  const scan = scanJson(value, wanted);
  if ('refused' in scan) throw new InvariantError(`A value of facts is ${scan.refused}.`);
  const body = new Map<string, string>();
  const query = new Map<string, string>();
  for (const [path, token] of scan.tokens) {
    if (path.startsWith('body.')) body.set(path.slice('body.'.length), token);
    if (path.startsWith('query.')) query.set(path.slice('query.'.length), token);
  }
  return { body: scan.tokens.get('body') === '{' ? body : null, query };
}

/** Members of one object stand together in facts, as they did in the source. */
function objectText(facts: Facts): string {
  let text = '{';
  let separator = '';
  let open: readonly string[] = [];
  for (const [path, token] of facts) {
    const names = namesOf(path);
    const depth = names.length - 1;
    const same = sharedDepth(open, names);
    for (let i = open.length; i > same; i -= 1) text += '}';
    text += separator;
    for (let i = same; i < depth; i += 1) text += `"${names[i]}":{`;
    text += `"${names[depth]}":${token === '[' ? '[]' : token}`;
    separator = ',';
    open =
      depth === 0 ? NO_NAMES : depth === open.length && same === depth ? open : names.slice(0, -1);
  }
  return `${text}${'}'.repeat(open.length)}}`;
}

const NO_NAMES: readonly string[] = [];

/** How many of the open objects also hold the member of these names. */
function sharedDepth(open: readonly string[], names: readonly string[]): number {
  const depth = Math.min(open.length, names.length - 1);
  let same = 0;
  while (same < depth && open[same] === names[same]) same += 1;
  return same;
}

const namesByPath = new Map<string, readonly string[]>();

/** Splits a path once: paths come from profiles, so there are few. */
function namesOf(path: string): readonly string[] {
  const known = namesByPath.get(path);
  if (known !== undefined) return known;
  const names = path.split('.');
  namesByPath.set(path, names);
  return names;
}
