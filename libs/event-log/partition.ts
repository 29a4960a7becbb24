/**
 * Kafka's murmur2 partitioner, so that every adapter and every other client in any language puts a key
 * into the same partition (`org.apache.kafka.common.utils.Utils.murmur2`).
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions;
}

const M = 0x5bd1e995;
const SEED = 0x9747b28c;

function murmur2(bytes: Buffer): number {
  const length = bytes.length;
  let h = SEED ^ length;
  const words = length & ~3;
  for (let i = 0; i < words; i += 4) {
    let k = Math.imul(bytes.readInt32LE(i), M);
    k = Math.imul(k ^ (k >>> 24), M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = length & 3;
  if (rest === 3) h ^= (bytes[words + 2] ?? 0) << 16;
  if (rest >= 2) h ^= (bytes[words + 1] ?? 0) << 8;
  if (rest >= 1) h = Math.imul(h ^ (bytes[words] ?? 0), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
