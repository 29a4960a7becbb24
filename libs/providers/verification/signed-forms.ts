import { isUtf8 } from 'node:buffer';
import type { CutDocument } from './cut-member.js';

/** Deeper or larger bodies may only pass by their own bytes; extraction refuses that depth too. */
const DEPTH_MAX = 32;
const REWRITTEN_BYTES_MAX = 65_536;

/**
 * What a sender may have signed who puts the signature among the members of the body (Conomy,
 * contract A), in the order in which it is to be tried:
 *
 * 1. The bytes without that member. They keep number text, escapes and the order of members, so
 *    this is the rule, and the only form for whatever JavaScript would write in another way.
 * 2. `JSON.stringify` of the document: it was signed before something on the way indented it or
 *    escaped it differently.
 * 3. `JSON.stringify` of the signed members alone, which is what the vendor's sample code signs.
 *
 * Each is sound because facts are taken from the form that passed and not from the body: whatever
 * was smuggled beside the signed members, or hidden behind how a parser reads them, is not in it.
 * For 2 and 3 the document must also survive the parser, see `rewritten`.
 */
export function* signedForms(
  { rest, depth }: CutDocument,
  signedMembers: readonly string[],
): Generator<Buffer> {
  yield rest;
  if (depth > DEPTH_MAX || rest.length > REWRITTEN_BYTES_MAX) return;
  const document = rewritten(rest);
  if (document === null) return;
  const whole = Buffer.from(document.text);
  if (!whole.equals(rest)) yield whole;
  // With one of them absent the text would be the same for very different bodies, `{}` for most.
  const hasAll = signedMembers.every((name) => Object.hasOwn(document.value, name));
  if (signedMembers.length === 0 || !hasAll) return;
  const members = Object.fromEntries(signedMembers.map((name) => [name, document.value[name]]));
  const alone = Buffer.from(JSON.stringify(members));
  if (!alone.equals(whole)) yield alone;
}

/**
 * The document as JavaScript reads and writes it, where that is the same document: same members in
 * the same order, none twice, every number in the same digits. Null otherwise: of `{"a":1,"a":2}`,
 * `{"b":0,"1":0}`, `1.50` or `9007199254740993` the parser keeps something else than was sent.
 * A member named `__proto__` is a member like any other to `JSON.parse`.
 */
function rewritten(
  bytes: Buffer,
): { readonly text: string; readonly value: Readonly<Record<string, unknown>> } | null {
  // What is not UTF-8 would be replaced without a word.
  if (!isUtf8(bytes)) return null;
  const source = bytes.toString('utf8');
  try {
    const value = JSON.parse(source) as Record<string, unknown>;
    const text = JSON.stringify(value);
    return text === respelled(source) ? { text, value } : null;
  } catch {
    // Not JSON, so nothing that a serialiser could have written.
    return null;
  }
}

const STRING_OR_SPACE = /"[^"\\]*(?:\\.[^"\\]*)*"|\s+/g;

/** Valid JSON token by token: no space, strings spelled as `JSON.stringify` does, the rest kept. */
function respelled(source: string): string {
  return source.replace(STRING_OR_SPACE, (token) =>
    token.startsWith('"') ? JSON.stringify(JSON.parse(token)) : '',
  );
}
