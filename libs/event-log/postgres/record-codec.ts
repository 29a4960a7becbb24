/**
 * Headers as one bytea: for each, a 16 bit length and the name in UTF-8, a 32 bit length and the
 * value; big-endian, in the order given. Stored for ever: only ever add another reader.
 */
export function encodeHeaders(headers: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const nameBytes = Buffer.from(name, 'utf8');
    if (nameBytes.length > NAME_BYTES_MAX) {
      throw new RangeError(`A header name of ${nameBytes.length} bytes is too long.`);
    }
    const head = Buffer.allocUnsafe(2 + nameBytes.length + 4);
    head.writeUInt16BE(nameBytes.length, 0);
    nameBytes.copy(head, 2);
    head.writeUInt32BE(value.length, 2 + nameBytes.length);
    parts.push(head, value);
  }
  return Buffer.concat(parts);
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
