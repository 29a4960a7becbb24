/** A document without one of its members; all that is left stands as it was sent. */
export type CutDocument = {
  readonly rest: Buffer;
  /** Source text of what the member held. */
  readonly token: string;
  /** How many objects and arrays stand in each other, at the deepest. */
  readonly depth: number;
};

/**
 * Takes the member of this name out of the top level of a JSON object, with one of the commas
 * beside it and the white space that a serialiser would not have written without it. Members of
 * that name deeper down are none of it.
 *
 * Reads no more of the document than it needs to know where its members stand: what the rest is
 * good for is for its reader to say. Linear, without recursion.
 *
 * @returns `absent` where no such member is found, or what stands there is not an object;
 *   `repeated` where there are several, since none of them is *the* member
 */
export function cutMember(body: Buffer, name: string): CutDocument | 'absent' | 'repeated' {
  const reader = new TopLevelReader(body);
  if (!reader.read(name)) return 'absent';
  const { found, openedAt, closedAt, depth } = reader;
  const [member, other] = found;
  if (member === undefined) return 'absent';
  if (other !== undefined) return 'repeated';
  const [from, to] =
    member.commaAt !== null
      ? [member.commaAt, member.valueEnd]
      : [member.nextStart === null ? openedAt + 1 : member.start, member.nextStart ?? closedAt];
  const rest = Buffer.concat([body.subarray(0, from), body.subarray(to)]);
  return { rest, token: body.toString('utf8', member.valueStart, member.valueEnd), depth };
}

type FoundMember = {
  /** The comma before it; null where it is the first one. */
  readonly commaAt: number | null;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Where the name after it begins; null where it is the last one. */
  nextStart: number | null;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

class TopLevelReader {
  readonly found: FoundMember[] = [];
  depth = 1;
  openedAt = 0;
  closedAt = 0;
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Whether the whole document is one object, as far as can be seen from its top level. */
  read(name: string): boolean {
    if (!this.#accept(OPEN_BRACE)) return false;
    this.openedAt = this.#position - 1;
    if (this.#accept(CLOSE_BRACE)) return this.#isEnd();
    let commaAt: number | null = null;
    for (;;) {
      const member = this.#member(commaAt, name);
      if (member === false) return false;
      if (this.#accept(CLOSE_BRACE)) {
        this.closedAt = this.#position - 1;
        return this.#isEnd();
      }
      if (!this.#accept(COMMA)) return false;
      commaAt = this.#position - 1;
      this.#skipSpace();
      if (member !== null) member.nextStart = this.#position;
    }
  }

  /** The member that stands there; null where it is of another name, false where none is. */
  #member(commaAt: number | null, name: string): FoundMember | null | false {
    this.#skipSpace();
    const start = this.#position;
    if (!this.#skipString()) return false;
    const isNamed = this.#isText(start, name);
    if (!this.#accept(COLON)) return false;
    this.#skipSpace();
    const valueStart = this.#position;
    if (!this.#skipValue()) return false;
    if (!isNamed) return null;
    const valueEnd = this.#position;
    const member = { commaAt, start, valueStart, valueEnd, nextStart: null };
    this.found.push(member);
    return member;
  }

  /** `"a"` and `"\u0061"` are one name. */
  #isText(start: number, name: string): boolean {
    const source = this.#bytes.toString('utf8', start, this.#position);
    if (!source.includes('\\')) return source.slice(1, -1) === name;
    try {
      return JSON.parse(source) === name;
    } catch {
      // An escape that does not exist names nothing.
      return false;
    }
  }

  #skipValue(): boolean {
    const first = this.#bytes[this.#position];
    if (first === QUOTE) return this.#skipString();
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#skipNested();
    const start = this.#position;
    while (isScalarByte(this.#bytes[this.#position])) this.#position += 1;
    return this.#position > start;
  }

  #skipNested(): boolean {
    let open = 0;
    for (;;) {
      const code = this.#bytes[this.#position];
      if (code === undefined) return false;
      if (code === QUOTE) {
        if (!this.#skipString()) return false;
        continue;
      }
      this.#position += 1;
      if (code === OPEN_BRACE || code === OPEN_BRACKET) {
        open += 1;
        this.depth = Math.max(this.depth, open + 1);
      } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
        open -= 1;
        if (open === 0) return true;
      }
    }
  }

  #skipString(): boolean {
    if (this.#bytes[this.#position] !== QUOTE) return false;
    let at = this.#position + 1;
    for (;;) {
      const code = this.#bytes[at];
      if (code === undefined) return false;
      if (code === QUOTE) break;
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#position = at + 1;
    return true;
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.#position])) this.#position += 1;
  }

  /** Takes the character, and the white space before it. */
  #accept(code: number): boolean {
    this.#skipSpace();
    if (this.#bytes[this.#position] !== code) return false;
    this.#position += 1;
    return true;
  }

  #isEnd(): boolean {
    this.#skipSpace();
    return this.#position === this.#bytes.length;
  }
}

function isSpace(code: number | undefined): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isScalarByte(code: number | undefined): boolean {
  if (code === undefined || isSpace(code)) return false;
  return code !== COMMA && code !== CLOSE_BRACE && code !== CLOSE_BRACKET;
}
