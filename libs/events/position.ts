import { createHash } from 'node:crypto';

/** Where a reader stands: the next position to read, for every partition of one log. */
export type PositionVector = { readonly logId: string; readonly next: readonly bigint[] };

export type PositionRefusal = 'malformed-position' | 'foreign-position';

const VERSION = 1;
const LOG_TAG_BYTES = 6;

/**
 * An opaque token, base64url: version, a tag of the log's id, then a varint per partition. Writes are
 * answered with one; reads take one as `minPosition`.
 */
export function encodePosition({ logId, next }: PositionVector): string {
  const bytes = headerOf({ logId, partitions: next.length });
  for (const position of next) pushVarint(bytes, position);
  return Buffer.from(bytes).toString('base64url');
}

export function decodePosition(
  token: string,
  { logId, partitions }: { logId: string; partitions: number },
): PositionVector | { readonly refused: PositionRefusal } {
  if (!/^[A-Za-z0-9_-]{1,4096}$/.test(token)) return { refused: 'malformed-position' };
  const bytes = Buffer.from(token, 'base64url');
  const header = 2 + LOG_TAG_BYTES;
  if (bytes.length < header || bytes[0] !== VERSION) return { refused: 'malformed-position' };
  if (!bytes.subarray(1, 1 + LOG_TAG_BYTES).equals(logTag(logId))) {
    return { refused: 'foreign-position' };
  }
  if (bytes[header - 1] !== partitions) return { refused: 'foreign-position' };
  const next = readVarints(bytes.subarray(header));
  if (next?.length !== partitions) return { refused: 'malformed-position' };
  return { logId, next };
}

/** The token of one append: what must be folded before a reader sees it. */
export function positionAfter(
  { logId, partitions }: { logId: string; partitions: number },
  { partition, position }: { partition: number; position: bigint },
): string {
  const bytes = headerOf({ logId, partitions });
  for (let each = 0; each < partitions; each += 1) {
    if (each === partition) pushVarint(bytes, position + 1n);
    else bytes.push(0);
  }
  return Buffer.from(bytes).toString('base64url');
}

/** The token of an append of several records. */
export function positionAfterAll(
  { logId, partitions }: { logId: string; partitions: number },
  positions: readonly { readonly partition: number; readonly position: bigint }[],
): string {
  const next = Array.from({ length: partitions }, () => 0n);
  for (const { partition, position } of positions) {
    if (position >= (next[partition] ?? 0n)) next[partition] = position + 1n;
  }
  return encodePosition({ logId, next });
}

function headerOf({ logId, partitions }: { logId: string; partitions: number }): number[] {
  return [VERSION, ...logTag(logId), partitions];
}

let lastTag: { readonly logId: string; readonly tag: Buffer } | null = null;

/** A process has to do with one log: its tag is not hashed again for every answer. */
function logTag(logId: string): Buffer {
  if (lastTag?.logId !== logId) {
    const tag = createHash('sha256').update(logId).digest().subarray(0, LOG_TAG_BYTES);
    lastTag = { logId, tag };
  }
  return lastTag.tag;
}

function pushVarint(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}

function readVarints(bytes: Buffer): bigint[] | null {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    if (shift > 63n) return null;
    value |= BigInt(byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) {
      values.push(value);
      value = 0n;
      shift = 0n;
    } else {
      shift += 7n;
    }
  }
  return shift === 0n ? values : null;
}
