import { isUtf8 } from 'node:buffer';

/** Bounds on one document; past any of them it is refused, whatever it says. */
export const JSON_LIMITS = {
  depthMax: 32,
  /** Members of all objects and elements of all arrays together. */
  membersMax: 1_000,
  /** Between the quotes, as written, in UTF-16 code units. */
  stringCharactersMax: 16_384,
  numberDigitsMax: 34,
} as const;

export type JsonRefusal =
  | 'invalid-utf8'
  | 'byte-order-mark'
  | 'malformed-json'
  | 'too-deep'
  | 'too-many-members'
  | 'string-too-long'
  | 'number-too-long'
  | 'duplicate-member'
  | 'forbidden-member'
  | 'null-character'
  | 'lone-surrogate';

export type JsonScan =
  | {
      /** Source text of the document where it is a scalar, else `{` or `[`. */
      readonly root: string;
      /**
       * Source text of every named member that the document has, verbatim: `"a\u0062"`, `1.50`,
       * `null`. An object or an array stands as `{` or `[`.
       */
      readonly tokens: ReadonlyMap<string, string>;
    }
  | { readonly refused: JsonRefusal };

/** The members that somebody wants, by path: `data.refund.amount`. Paths do not enter arrays. */
export type MemberTree = {
  readonly path: string;
  readonly isNamed: boolean;
  readonly children: ReadonlyMap<string, MemberTree>;
};

/** A member of this name could reach a prototype wherever somebody copies the document. */
export function isForbiddenMember(name: string): boolean {
  return name === '__proto__' || name === 'constructor' || name === 'prototype';
}

export function memberTree(paths: Iterable<string>): MemberTree {
  type Growing = { path: string; isNamed: boolean; children: Map<string, Growing> };
  const root: Growing = { path: '', isNamed: false, children: new Map() };
  for (const path of paths) {
    let node = root;
    for (const name of path.split('.')) {
      const childPath = node === root ? name : `${node.path}.${name}`;
      const child = node.children.get(name) ?? {
        path: childPath,
        isNamed: false,
        children: new Map<string, Growing>(),
      };
      node.children.set(name, child);
      node = child;
    }
    node.isNamed = true;
  }
  return root;
}

/**
 * Reads a whole document strictly (RFC 8259) and answers the source text of the named members.
 * Nothing is converted, so no number passes through a float. Stricter than `JSON.parse`: duplicate
 * members, lone surrogates, U+0000, prototype members and all that exceeds `JSON_LIMITS` are
 * refused.
 *
 * Linear in the length of the body; recursion ends at the depth limit.
 */
export function scanJson(body: Buffer, wanted: MemberTree): JsonScan {
  if (!isUtf8(body)) return { refused: 'invalid-utf8' };
  const scanner = new Scanner(body.toString('utf8'));
  const root = scanner.document(wanted);
  return root === null ? { refused: scanner.refused } : { root, tokens: scanner.tokens };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BYTE_ORDER_MARK = 0xfeff;

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const PLAIN = /^[^\u0000-\u001f\\]*$/;

/**
 * One pass over the text. Every method answers whether it may go on and leaves `position` behind
 * what it read; `charCodeAt` past the end is NaN, which no comparison accepts.
 */
class Scanner {
  readonly tokens = new Map<string, string>();
  refused: JsonRefusal = 'malformed-json';
  readonly #text: string;
  #position = 0;
  #members = 0;
  #hasEscape = false;
  /** No escape and no control character anywhere: then every string ends at the next quote. */
  readonly #isPlain: boolean;

  constructor(text: string) {
    this.#text = text;
    this.#isPlain = PLAIN.test(text);
  }

  document(wanted: MemberTree): string | null {
    if (this.#text.charCodeAt(0) === BYTE_ORDER_MARK) {
      this.refused = 'byte-order-mark';
      return null;
    }
    this.#skipSpace();
    const start = this.#position;
    if (!this.#value(wanted, 0)) return null;
    const root = this.#token(start);
    this.#skipSpace();
    return this.#position === this.#text.length ? root : null;
  }

  #value(wanted: MemberTree | null, depth: number): boolean {
    const start = this.#position;
    if (!this.#bareValue(wanted, depth)) return false;
    if (wanted !== null && wanted.isNamed) this.tokens.set(wanted.path, this.#token(start));
    return true;
  }

  #token(start: number): string {
    const first = this.#text.charCodeAt(start);
    if (first === OPEN_BRACE) return '{';
    if (first === OPEN_BRACKET) return '[';
    return this.#text.slice(start, this.#position);
  }

  #bareValue(wanted: MemberTree | null, depth: number): boolean {
    const code = this.#text.charCodeAt(this.#position);
    if (code === QUOTE) return this.#string();
    if (code === OPEN_BRACE) return this.#object(wanted, depth + 1);
    if (code === OPEN_BRACKET) return this.#array(depth + 1);
    if (code === 0x74) return this.#literal('true');
    if (code === 0x66) return this.#literal('false');
    if (code === 0x6e) return this.#literal('null');
    return this.#number();
  }

  #object(wanted: MemberTree | null, depth: number): boolean {
    if (depth > JSON_LIMITS.depthMax) return this.#refuse('too-deep');
    this.#position += 1;
    this.#skipSpace();
    if (this.#accept(CLOSE_BRACE)) return true;
    const names = new SeenNames();
    for (;;) {
      if (!this.#countMember()) return false;
      const name = this.#name();
      if (name === null) return false;
      if (!names.add(name)) return this.#refuse('duplicate-member');
      if (isForbiddenMember(name)) return this.#refuse('forbidden-member');
      this.#skipSpace();
      if (!this.#accept(COLON)) return this.#refuse('malformed-json');
      this.#skipSpace();
      if (!this.#value(wanted?.children.get(name) ?? null, depth)) return false;
      this.#skipSpace();
      if (this.#accept(CLOSE_BRACE)) return true;
      if (!this.#accept(COMMA)) return this.#refuse('malformed-json');
      this.#skipSpace();
    }
  }

  #array(depth: number): boolean {
    if (depth > JSON_LIMITS.depthMax) return this.#refuse('too-deep');
    this.#position += 1;
    this.#skipSpace();
    if (this.#accept(CLOSE_BRACKET)) return true;
    for (;;) {
      if (!this.#countMember() || !this.#value(null, depth)) return false;
      this.#skipSpace();
      if (this.#accept(CLOSE_BRACKET)) return true;
      if (!this.#accept(COMMA)) return this.#refuse('malformed-json');
      this.#skipSpace();
    }
  }

  #countMember(): boolean {
    this.#members += 1;
    return this.#members <= JSON_LIMITS.membersMax || this.#refuse('too-many-members');
  }

  /** The decoded name: `"a"` and `"\u0061"` are one member. */
  #name(): string | null {
    const start = this.#position;
    if (this.#text.charCodeAt(start) !== QUOTE) {
      this.#refuse('malformed-json');
      return null;
    }
    if (!this.#string()) return null;
    return this.#hasEscape
      ? (JSON.parse(this.#text.slice(start, this.#position)) as string)
      : this.#text.slice(start + 1, this.#position - 1);
  }

  #string(): boolean {
    const start = this.#position + 1;
    this.#hasEscape = false;
    const end = this.#isPlain ? this.#text.indexOf('"', start) : this.#stringEnd(start);
    if (end < 0) return false;
    this.#position = end + 1;
    return end - start <= JSON_LIMITS.stringCharactersMax || this.#refuse('string-too-long');
  }

  /** Where the string that begins at `start` has its closing quote; -1 where it is refused. */
  #stringEnd(start: number): number {
    const text = this.#text;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH) {
        this.#hasEscape = true;
        at = this.#escapeEnd(at);
        if (at < 0) return -1;
      } else if (code >= 0x20) {
        at += 1;
      } else {
        this.#refuse('malformed-json');
        return -1;
      }
    }
  }

  /** Where the escape sequence that begins at `at` ends; -1 where it is refused. */
  #escapeEnd(at: number): number {
    const letter = this.#text.charAt(at + 1);
    if (letter !== 'u') {
      if (letter !== '' && '"\\/bfnrt'.includes(letter)) return at + 2;
      this.#refuse('malformed-json');
      return -1;
    }
    const unit = this.#hexUnit(at + 2);
    if (unit < 0xd800 || unit > 0xdfff) {
      if (unit > 0) return at + 6;
      this.#refuse(unit === 0 ? 'null-character' : 'malformed-json');
      return -1;
    }
    // A low half can only be escaped as well: in UTF-8 it cannot stand alone.
    const isHigh = unit <= 0xdbff;
    const low = isHigh && this.#text.startsWith('\\u', at + 6) ? this.#hexUnit(at + 8) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
    this.#refuse(low < 0 ? 'malformed-json' : 'lone-surrogate');
    return -1;
  }

  #hexUnit(at: number): number {
    let unit = 0;
    for (let i = at; i < at + 4; i += 1) {
      const code = this.#text.charCodeAt(i) | 0x20;
      const digit =
        code >= 0x61 && code <= 0x66
          ? code - 0x57
          : isDigit(this.#text.charCodeAt(i))
            ? code & 15
            : -1;
      if (digit < 0) return -1;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  #number(): boolean {
    const text = this.#text;
    let digits = 0;
    if (text.charCodeAt(this.#position) === MINUS) this.#position += 1;
    if (text.charCodeAt(this.#position) === ZERO) {
      this.#position += 1;
      digits = 1;
    } else {
      digits = this.#digits();
      if (digits === 0) return this.#refuse('malformed-json');
    }
    if (text.charCodeAt(this.#position) === DOT) {
      this.#position += 1;
      const decimals = this.#digits();
      if (decimals === 0) return this.#refuse('malformed-json');
      digits += decimals;
    }
    if ((text.charCodeAt(this.#position) | 0x20) === 0x65) {
      this.#position += 1;
      const sign = text.charCodeAt(this.#position);
      if (sign === PLUS || sign === MINUS) this.#position += 1;
      const exponent = this.#digits();
      if (exponent === 0) return this.#refuse('malformed-json');
      digits += exponent;
    }
    return digits <= JSON_LIMITS.numberDigitsMax || this.#refuse('number-too-long');
  }

  #digits(): number {
    const start = this.#position;
    while (isDigit(this.#text.charCodeAt(this.#position))) this.#position += 1;
    return this.#position - start;
  }

  #literal(word: string): boolean {
    if (!this.#text.startsWith(word, this.#position)) return this.#refuse('malformed-json');
    this.#position += word.length;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#position += 1;
    }
  }

  #accept(code: number): boolean {
    if (this.#text.charCodeAt(this.#position) !== code) return false;
    this.#position += 1;
    return true;
  }

  #refuse(reason: JsonRefusal): false {
    this.refused = reason;
    return false;
  }
}

const LISTED_NAMES_MAX = 16;

/**
 * Names of one object: few are compared one by one, because hashing each costs more; many are a
 * set.
 */
class SeenNames {
  readonly #few: string[] = [];
  #many: Set<string> | null = null;

  /** False where the name was there already. */
  add(name: string): boolean {
    if (this.#many === null) {
      if (this.#few.includes(name)) return false;
      if (this.#few.push(name) > LISTED_NAMES_MAX) this.#many = new Set(this.#few);
      return true;
    }
    return this.#many.size !== this.#many.add(name).size;
  }
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
