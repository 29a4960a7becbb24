import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';

export const ENCODERS = [
  'as-is',
  'truncated',
  'flipped',
  'inserted',
  'marked',
  'utf16',
  'latin1',
  'twice',
  'padded',
  'oversized',
  'gzip',
  'deflate',
  'br',
] as const;

export type Encoder = (typeof ENCODERS)[number];

/** What becomes of a body on its way to bytes. `at` and `byte` are taken modulo what there is. */
export function encodedBody(
  text: string,
  { encoder, at, byte }: { readonly encoder: Encoder; readonly at: number; readonly byte: number },
): Buffer {
  const bytes = Buffer.from(text);
  const index = at % Math.max(bytes.length, 1);
  switch (encoder) {
    case 'as-is':
      return bytes;
    case 'truncated':
      return bytes.subarray(0, index);
    case 'flipped':
      if (bytes.length > 0) bytes[index] = (bytes[index] ?? 0) ^ (1 + (byte % 255));
      return bytes;
    case 'inserted':
      return Buffer.concat([bytes.subarray(0, index), Buffer.from([byte]), bytes.subarray(index)]);
    case 'marked':
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 'utf16':
      return Buffer.from(text, 'utf16le');
    case 'latin1':
      return Buffer.from(`${text.slice(0, index)}é${text.slice(index)}`, 'latin1');
    case 'twice':
      return Buffer.concat([bytes, bytes]);
    case 'padded':
      return Buffer.concat([bytes, Buffer.alloc(byte, at % 2 === 0 ? 0x20 : 0)]);
    case 'oversized':
      return at % 20 === 0 ? Buffer.concat([bytes, Buffer.alloc(300_000, 0x20)]) : bytes;
    case 'gzip':
      return gzipSync(bytes, { level: 1 });
    case 'deflate':
      return deflateSync(bytes, { level: 1 });
    case 'br':
      return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  }
}
