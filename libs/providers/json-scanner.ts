import { isUtf8 } from 'node:buffer';
import { hashWith, MemberName } from './member-name.js';
import { childOf, isForbiddenMember, type MemberTree } from './member-tree.js';
import { SeenNames } from './seen-names.js';

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
       * Source text of every wanted member that the document has, by its key, in the order of the
       * document and verbatim: `"a\u0062"`, `1.50`, `null`. An object or an array stands as `{` or
       * `[`. The map is the caller's own.
       */
      readonly tokens: Map<string, string>;
    }
  | { readonly refused: JsonRefusal };

/**
 * Reads a whole document strictly (RFC 8259) and answers the source text of the wanted members.
 * Nothing is converted, so no number passes through a float. Stricter than `JSON.parse`: duplicate
 * members, lone surrogates, U+0000, prototype members and all that exceeds `JSON_LIMITS` are
 * refused.
 *
 * Linear in the length of the body; recursion ends at the depth limit.
 */
export function scanJson(body: Buffer, wanted: MemberTree): JsonScan {
  if (!isUtf8(body)) return { refused: 'invalid-utf8' };
  const scanner = new Scanner(body);
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
const SPACE = 0x20;
const ASCII_MAX = 0x7f;
const PLAIN_NAME_BYTES_MAX = 64;
/** What stands behind the last byte. */
const END = -1;

/**
 * One pass over the bytes, and strings are made of what is wanted alone. Every method answers
 * whether it may go on and leaves `position` behind what it read.
 */
class Scanner {
  readonly tokens = new Map<string, string>();
  refused: JsonRefusal = 'malformed-json';
  readonly #bytes: Buffer;
  /** A character a byte: right, and cheap to slice, where the slice is ASCII. */
  readonly #latin: string;
  readonly #name = new MemberName();
  readonly #names = new SeenNames((start, end) => this.#textOf(start, end));
  #position = 0;
  #members = 0;
  /** Of the scalar read last. */
  #isAscii = true;
  #hasEscape = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#latin = bytes.toString('latin1');
  }

  document(wanted: MemberTree): string | null {
    if (this.#latin.startsWith('\u00ef\u00bb\u00bf')) {
      this.refused = 'byte-order-mark';
      return null;
    }
    this.#skipSpace();
    const start = this.#position;
    if (!this.#value(wanted, 0)) return null;
    const root = this.#token(start);
    this.#skipSpace();
    return this.#position === this.#bytes.length ? root : null;
  }

  #value(wanted: MemberTree | null, depth: number): boolean {
    const start = this.#position;
    if (!this.#bareValue(wanted, depth)) return false;
    if (wanted !== null && wanted.key !== null) this.tokens.set(wanted.key, this.#token(start));
    return true;
  }

  #token(start: number): string {
    const first = this.#bytes[start];
    if (first === OPEN_BRACE) return '{';
    if (first === OPEN_BRACKET) return '[';
    return this.#source(start, this.#position);
  }

  #bareValue(wanted: MemberTree | null, depth: number): boolean {
    const code = this.#bytes[this.#position];
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
    if (this.#accept(CLOSE_BRACE)) return true;
    const outer = this.#names.enter();
    for (;;) {
      if (!this.#countMember()) return false;
      this.#skipSpace();
      const start = this.#position;
      const name = this.#readName();
      if (name === null) return false;
      if (!this.#names.add(name.hash, start, this.#position)) {
        return this.#refuse('duplicate-member');
      }
      if (isForbiddenMember(name)) return this.#refuse('forbidden-member');
      const child = wanted === null ? null : childOf(wanted, name);
      if (!this.#accept(COLON)) return this.#refuse('malformed-json');
      this.#skipSpace();
      if (!this.#value(child, depth)) return false;
      if (this.#accept(CLOSE_BRACE)) {
        this.#names.leave(outer);
        return true;
      }
      if (!this.#accept(COMMA)) return this.#refuse('malformed-json');
    }
  }

  #array(depth: number): boolean {
    if (depth > JSON_LIMITS.depthMax) return this.#refuse('too-deep');
    this.#position += 1;
    if (this.#accept(CLOSE_BRACKET)) return true;
    for (;;) {
      if (!this.#countMember()) return false;
      this.#skipSpace();
      if (!this.#value(null, depth)) return false;
      if (this.#accept(CLOSE_BRACKET)) return true;
      if (!this.#accept(COMMA)) return this.#refuse('malformed-json');
    }
  }

  #countMember(): boolean {
    this.#members += 1;
    return this.#members <= JSON_LIMITS.membersMax || this.#refuse('too-many-members');
  }

  /** Valid until the next name is read. */
  #readName(): MemberName | null {
    const start = this.#position;
    if (this.#bytes[start] !== QUOTE) {
      this.#refuse('malformed-json');
      return null;
    }
    const plain = this.#plainName(start + 1);
    if (plain !== null) return plain;
    if (!this.#string()) return null;
    const end = this.#position;
    if (!this.#hasEscape) return this.#name.moveTo(this.#bytes, start + 1, end - 1);
    // `"a"` and `"\u0061"` are one member.
    return MemberName.of(this.#textOf(start, end));
  }

  /** Most names are short and have no escape; they are read and hashed in one pass. Null for others. */
  #plainName(start: number): MemberName | null {
    const bytes = this.#bytes;
    const endMax = start + PLAIN_NAME_BYTES_MAX;
    let hash = 0;
    for (let at = start; at < endMax; at += 1) {
      const code = bytes[at] ?? END;
      if (code === QUOTE) {
        this.#position = at + 1;
        return this.#name.place(bytes, { start, end: at, hash });
      }
      if (code < SPACE || code === BACKSLASH) return null;
      hash = hashWith(hash, code);
    }
    return null;
  }

  /** The text of a string that stands there, quotes included. */
  #textOf(start: number, end: number): string {
    return JSON.parse(this.#bytes.toString('utf8', start, end)) as string;
  }

  /** The source text of the scalar that was read last, which stands there. */
  #source(start: number, end: number): string {
    return this.#isAscii ? this.#latin.slice(start, end) : this.#bytes.toString('utf8', start, end);
  }

  #string(): boolean {
    const bytes = this.#bytes;
    const start = this.#position + 1;
    let at = start;
    let seen = 0;
    this.#hasEscape = false;
    for (;;) {
      const code = bytes[at] ?? END;
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        this.#hasEscape = true;
        at = this.#escapeEnd(at);
        if (at < 0) return false;
      } else if (code >= SPACE) {
        seen |= code;
        at += 1;
      } else {
        return this.#refuse('malformed-json');
      }
    }
    this.#isAscii = seen <= ASCII_MAX;
    this.#position = at + 1;
    return this.#isShort(start, at) || this.#refuse('string-too-long');
  }

  #isShort(start: number, end: number): boolean {
    const { stringCharactersMax } = JSON_LIMITS;
    // No text has more code units than bytes.
    if (end - start <= stringCharactersMax) return true;
    return !this.#isAscii && this.#source(start, end).length <= stringCharactersMax;
  }

  /** Where the escape sequence that begins at `at` ends; -1 where it is refused. */
  #escapeEnd(at: number): number {
    const letter = this.#latin.charAt(at + 1);
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
    const low = isHigh && this.#latin.startsWith('\\u', at + 6) ? this.#hexUnit(at + 8) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
    this.#refuse(low < 0 ? 'malformed-json' : 'lone-surrogate');
    return -1;
  }

  #hexUnit(at: number): number {
    const digits = this.#latin.slice(at, at + 4);
    return /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
  }

  #number(): boolean {
    const bytes = this.#bytes;
    let digits = 0;
    if (bytes[this.#position] === MINUS) this.#position += 1;
    if (bytes[this.#position] === ZERO) {
      this.#position += 1;
      digits = 1;
    } else {
      digits = this.#digits();
      if (digits === 0) return this.#refuse('malformed-json');
    }
    if (bytes[this.#position] === DOT) {
      this.#position += 1;
      const decimals = this.#digits();
      if (decimals === 0) return this.#refuse('malformed-json');
      digits += decimals;
    }
    const letter = bytes[this.#position];
    if (letter === 0x65 || letter === 0x45) {
      this.#position += 1;
      const sign = bytes[this.#position];
      if (sign === PLUS || sign === MINUS) this.#position += 1;
      const exponent = this.#digits();
      if (exponent === 0) return this.#refuse('malformed-json');
      digits += exponent;
    }
    this.#isAscii = true;
    return digits <= JSON_LIMITS.numberDigitsMax || this.#refuse('number-too-long');
  }

  #digits(): number {
    const start = this.#position;
    let at = start;
    while (isDigit(this.#bytes[at] ?? END)) at += 1;
    this.#position = at;
    return at - start;
  }

  #literal(word: string): boolean {
    if (!this.#latin.startsWith(word, this.#position)) return this.#refuse('malformed-json');
    this.#position += word.length;
    this.#isAscii = true;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#bytes[this.#position] ?? END;
      if (code > SPACE) return;
      if (code !== SPACE && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#position += 1;
    }
  }

  /** Takes the character, and the white space before it. */
  #accept(code: number): boolean {
    if (this.#bytes[this.#position] !== code) {
      this.#skipSpace();
      if (this.#bytes[this.#position] !== code) return false;
    }
    this.#position += 1;
    return true;
  }

  #refuse(reason: JsonRefusal): false {
    this.refused = reason;
    return false;
  }
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
