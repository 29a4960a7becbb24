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
  const headers: [string, Buffer][] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const nameEnd = offset + 2 + bytes.readUInt16BE(offset);
    const name = bytes.toString('utf8', offset + 2, nameEnd);
    const valueStart = nameEnd + 4;
    const valueEnd = valueStart + bytes.readUInt32BE(nameEnd);
    if (valueEnd > bytes.length) throw new RangeError(`Header ${name} ends past its record.`);
    headers.push([name, bytes.subarray(valueStart, valueEnd)]);
    offset = valueEnd;
  }
  return Object.fromEntries(headers);
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
