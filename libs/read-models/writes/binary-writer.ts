/** 2000-01-01T00:00:00Z, where PostgreSQL's times begin, in milliseconds since the epoch. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const WORD = 0x1_0000_0000;
/** Up to this length a loop in JavaScript copies ASCII faster than a call of the runtime. */
const SHORT_TEXT_LENGTH = 40;
/** Of UTF-8, for one UTF-16 code unit. */
const UNIT_BYTES_MAX = 3;
const NUMERIC_BASE_DIGITS = 4;
const NUMERIC_NEGATIVE = 0x4000;

/** Values in the form that PostgreSQL's `_recv` functions read: big-endian, without separators. */
export class BinaryWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(initialBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** A view, valid for good once nothing more is written. */
  slice(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  int16(value: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  int32(value: number): void {
    this.#reserve(4);
    this.int32At(this.#length, value);
    this.#length += 4;
  }

  int32At(start: number, value: number): void {
    if (value !== (value | 0)) throw new RangeError(`${value} is no 32-bit integer.`);
    const bytes = this.#bytes;
    bytes[start] = value >>> 24;
    bytes[start + 1] = value >>> 16;
    bytes[start + 2] = value >>> 8;
    bytes[start + 3] = value;
  }

  int64(value: bigint): void {
    this.#reserve(8);
    // Two words of a number cost no garbage, and nearly all are small enough.
    const near = Number(value);
    if (Number.isSafeInteger(near)) {
      const high = Math.floor(near / WORD);
      this.int32At(this.#length, high);
      this.int32At(this.#length + 4, (near - high * WORD) | 0);
      this.#length += 8;
      return;
    }
    this.#length = this.#bytes.writeBigInt64BE(value, this.#length);
  }

  raw(value: Buffer): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  text(value: string): void {
    this.#reserve(value.length * UNIT_BYTES_MAX);
    if (value.length > SHORT_TEXT_LENGTH || !this.#ascii(value)) {
      this.#length += this.#bytes.write(value, this.#length, 'utf8');
    }
  }

  /** Throws `RangeError` for what is no uuid in its usual form. */
  uuid(value: string): void {
    this.#reserve(16);
    if (value.length !== 36) throw new RangeError('A uuid has 36 characters.');
    let at = this.#length;
    let all = 0;
    for (let index = 0; index < 36; index += 2) {
      if (index === 8 || index === 13 || index === 18 || index === 23) {
        if (value.charCodeAt(index) !== DASH) throw new RangeError('A uuid has its dashes.');
        index += 1;
      }
      const high = HEX_VALUES[value.charCodeAt(index)] ?? NO_DIGIT;
      const low = HEX_VALUES[value.charCodeAt(index + 1)] ?? NO_DIGIT;
      all |= high | low;
      this.#bytes[at] = (high << 4) | low;
      at += 1;
    }
    if ((all & NO_DIGIT) !== 0) throw new RangeError('A uuid consists of hexadecimal digits.');
    this.#length = at;
  }

  /** Milliseconds since the epoch, as microseconds since 2000. Throws `RangeError` for no time. */
  instant(epochMs: number): void {
    if (!Number.isSafeInteger(epochMs)) throw new RangeError(`${epochMs} is no instant.`);
    this.#reserve(8);
    const ms = epochMs - POSTGRES_EPOCH_MS;
    const highMs = Math.floor(ms / WORD);
    const low = (ms - highMs * WORD) * 1_000;
    const carry = Math.floor(low / WORD);
    this.int32At(this.#length, highMs * 1_000 + carry);
    this.int32At(this.#length + 4, (low - carry * WORD) | 0);
    this.#length += 8;
  }

  /** Groups of four decimal digits behind a count, the first one's weight, a sign and no decimals. */
  numeric(value: bigint): void {
    const isNegative = value < 0n;
    const digits = (isNegative ? -value : value).toString();
    const groups = Math.ceil(digits.length / NUMERIC_BASE_DIGITS);
    this.int16(groups);
    this.int16(groups - 1);
    this.int16(isNegative ? NUMERIC_NEGATIVE : 0);
    this.int16(0);
    let end = digits.length - (groups - 1) * NUMERIC_BASE_DIGITS;
    for (let start = 0; start < digits.length; end += NUMERIC_BASE_DIGITS) {
      this.int16(Number(digits.slice(start, end)));
      start = end;
    }
  }

  #ascii(value: string): boolean {
    const at = this.#length;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      this.#bytes[at + index] = code;
    }
    this.#length = at + value.length;
    return true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const DASH = 0x2d;
const NO_DIGIT = 0x80;
const HEX_VALUES = hexValues();

function hexValues(): Uint8Array {
  const values = new Uint8Array(0x80).fill(NO_DIGIT);
  for (let digit = 0; digit < 16; digit += 1) {
    const character = digit.toString(16);
    values[character.charCodeAt(0)] = digit;
    values[character.toUpperCase().charCodeAt(0)] = digit;
  }
  return values;
}
