import { hash, randomFillSync } from 'node:crypto';

/** Namespace of all names that Cuadre derives ids from. For ever: changing it changes every id. */
const NAMESPACE = Buffer.from('6f0b0c1e5d5f4f0c9a3e2b7c41d8a9f2', 'hex');

/** Deterministic uuid v5 (RFC 9562) of a name: the same name is the same id on every replay. */
export function uuidV5(name: string): string {
  const hex = hash('sha1', named(name), 'hex');
  const variant = VARIANTS[Number.parseInt(hex.charAt(16), 16)] ?? '';
  return dashed(`${hex.slice(0, 12)}5${hex.slice(13, 16)}${variant}${hex.slice(17, 32)}`);
}

/** Bits 10 before the last two of each digit. */
const VARIANTS = '89ab89ab89ab89ab';
/** Of UTF-8, for one UTF-16 code unit. */
const UNIT_BYTES_MAX = 3;
const scratch = Buffer.alloc(4096);
NAMESPACE.copy(scratch);

/** Namespace and name as bytes, valid until the next call. */
function named(name: string): Buffer {
  if (NAMESPACE.length + name.length * UNIT_BYTES_MAX > scratch.length) {
    return Buffer.concat([NAMESPACE, Buffer.from(name, 'utf8')]);
  }
  return scratch.subarray(0, NAMESPACE.length + scratch.write(name, NAMESPACE.length, 'utf8'));
}

const pool = Buffer.alloc(4096);
let poolOffset = pool.length;

/** Time-ordered uuid v7 (RFC 9562): 48 bits of Unix milliseconds, then random bits. */
export function uuidV7(nowMs: number = Date.now()): string {
  if (poolOffset + 16 > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const start = poolOffset;
  poolOffset += 16;
  pool.writeUIntBE(nowMs, start, 6);
  pool[start + 6] = ((pool[start + 6] ?? 0) & 0x0f) | 0x70;
  pool[start + 8] = ((pool[start + 8] ?? 0) & 0x3f) | 0x80;
  return dashed(pool.toString('hex', start, start + 16));
}

/** 32 hexadecimal digits in the form of a uuid. */
export function dashed(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
