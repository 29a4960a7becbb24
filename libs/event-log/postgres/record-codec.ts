/**
 * Headers as one bytea: for each, a 16 bit length and the name in UTF-8, a 32 bit length and the
 * value; big-endian, in the order given. Stored for ever: only ever add another reader.
 */
export function encodeHeaders(headers: Readonly<Record<string, Buffer>>): Buffer {
  let length = 0;
  for (const name in headers) {
    length += headOf(name).length + VALUE_LENGTH_BYTES + (headers[name]?.length ?? 0);
  }
  const bytes = Buffer.allocUnsafe(length);
  let offset = 0;
  for (const name in headers) {
    const value = headers[name] ?? NO_BYTES;
    const head = headOf(name);
    bytes.set(head, offset);
    offset = bytes.writeUInt32BE(value.length, offset + head.length);
    bytes.set(value, offset);
    offset += value.length;
  }
  return bytes;
}

export function decodeHeaders(bytes: Buffer): Readonly<Record<string, Buffer>> {
  return new HeaderBlock(bytes).all();
}

/** The stored form of one record's headers, taken apart as far as it is asked for. */
export class HeaderBlock {
  readonly #bytes: Buffer;
  #names: string[] | null = null;
  /** Start and end of every value. */
  readonly #bounds: number[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Throws `RangeError` for what is no whole block. */
  all(): Readonly<Record<string, Buffer>> {
    const entries = this.#index().map((name, index) => {
      const value = this.#bytes.subarray(this.#bounds[index * 2], this.#bounds[index * 2 + 1]);
      return [name, value] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Throws `RangeError` for what is no whole block. */
  text(name: string): string | null {
    const index = this.#index().lastIndexOf(name);
    if (index === -1) return null;
    return this.#bytes.toString('utf8', this.#bounds[index * 2], this.#bounds[index * 2 + 1]);
  }

  #index(): readonly string[] {
    if (this.#names !== null) return this.#names;
    const bytes = this.#bytes;
    const names: string[] = [];
    let offset = 0;
    while (offset < bytes.length) {
      const nameEnd = offset + 2 + bytes.readUInt16BE(offset);
      const name = nameAt(bytes, offset + 2, nameEnd);
      const valueStart = nameEnd + 4;
      const valueEnd = valueStart + bytes.readUInt32BE(nameEnd);
      if (valueEnd > bytes.length) throw new RangeError(`Header ${name} ends past its record.`);
      names.push(name);
      this.#bounds.push(valueStart, valueEnd);
      offset = valueEnd;
    }
    this.#names = names;
    return names;
  }
}

const NAME_HASHES = 256;
/** The same few names are in every record: the last one of each hash is not decoded again. */
const namesByHash: ({ readonly name: string; readonly bytes: Buffer } | undefined)[] = Array.from({
  length: NAME_HASHES,
});

function nameAt(bytes: Buffer, start: number, end: number): string {
  let hash = end - start;
  for (let index = start; index < end; index += 1) hash = (hash * 31 + (bytes[index] ?? 0)) | 0;
  const slot = hash & (NAME_HASHES - 1);
  const known = namesByHash[slot];
  if (known !== undefined && isAt(bytes, start, { end, name: known.bytes })) return known.name;
  const own = Buffer.from(bytes.subarray(start, end));
  const name = own.toString('utf8');
  namesByHash[slot] = { name, bytes: own };
  return name;
}

function isAt(bytes: Buffer, start: number, { end, name }: { end: number; name: Buffer }): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name[index]) return false;
  }
  return true;
}

const NAME_BYTES_MAX = 0xffff;
const VALUE_LENGTH_BYTES = 4;
const NO_BYTES = Buffer.alloc(0);
const HEADS_MAX = 1_000;
const heads = new Map<string, Buffer>();

/** The length and the name, made once: the same few names are in every record. */
function headOf(name: string): Buffer {
  const known = heads.get(name);
  if (known !== undefined) return known;
  const nameBytes = Buffer.from(name, 'utf8');
  if (nameBytes.length > NAME_BYTES_MAX) {
    throw new RangeError(`A header name of ${nameBytes.length} bytes is too long.`);
  }
  const head = Buffer.alloc(2 + nameBytes.length);
  head.writeUInt16BE(nameBytes.length, 0);
  nameBytes.copy(head, 2);
  if (heads.size < HEADS_MAX) heads.set(name, head);
  return head;
}
