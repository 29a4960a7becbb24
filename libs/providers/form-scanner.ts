import { isUtf8 } from 'node:buffer';
import { JSON_LIMITS } from './json-scanner.js';
import { MemberName } from './member-name.js';
import { childOf, isForbiddenMember, type MemberTree } from './member-tree.js';

export type FormRefusal =
  | 'invalid-utf8'
  | 'malformed-form'
  | 'too-many-members'
  | 'string-too-long'
  | 'duplicate-member'
  | 'forbidden-member'
  | 'null-character';

export type FormScan =
  | {
      /** The wanted members as JSON strings: a form has no other type. The map is the caller's own. */
      readonly tokens: Map<string, string>;
    }
  | { readonly refused: FormRefusal };

/**
 * Reads `application/x-www-form-urlencoded` strictly: every pair has a name and a `=`, every `%`
 * two hex digits that decode to UTF-8, no name occurs twice. The limits are those of JSON.
 */
export function scanForm(body: Buffer, wanted: MemberTree): FormScan {
  if (!isUtf8(body)) return { refused: 'invalid-utf8' };
  const names = new Set<string>();
  const tokens = new Map<string, string>();
  // One more than allowed is enough to know, however long the body is.
  const pairs = body.toString('utf8').split('&', JSON_LIMITS.membersMax + 1);
  if (pairs.length > JSON_LIMITS.membersMax) return { refused: 'too-many-members' };
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 1) return { refused: 'malformed-form' };
    const name = decodePart(pair.slice(0, equals));
    const value = decodePart(pair.slice(equals + 1));
    if (typeof name !== 'string') return name;
    if (typeof value !== 'string') return value;
    if (names.has(name)) return { refused: 'duplicate-member' };
    const memberName = MemberName.of(name);
    if (isForbiddenMember(memberName)) return { refused: 'forbidden-member' };
    names.add(name);
    const key = childOf(wanted, memberName)?.key ?? null;
    if (key !== null) tokens.set(key, JSON.stringify(value));
  }
  return { tokens };
}

function decodePart(part: string): string | { readonly refused: FormRefusal } {
  if (part.length > JSON_LIMITS.stringCharactersMax) return { refused: 'string-too-long' };
  const decoded = decodePercent(part.replaceAll('+', ' '));
  if (decoded === null) return { refused: 'malformed-form' };
  return decoded.includes('\u0000') ? { refused: 'null-character' } : decoded;
}

function decodePercent(text: string): string | null {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    // decodeURIComponent tells a bad sequence, or bytes that are not UTF-8, only by throwing.
    return null;
  }
}
