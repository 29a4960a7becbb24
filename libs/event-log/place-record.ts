import type { LogRecord } from '#events/record.js';
import { partitionOf } from './partition.js';

/**
 * The partition of a record. Throws a RangeError for a record that no log can take, so that it
 * fails its own caller and not those who share its write.
 */
export function placeRecord(
  record: LogRecord,
  { partitions, recordBytesMax }: { partitions: number; recordBytesMax: number },
): number {
  const bytes = recordBytes(record);
  if (bytes > recordBytesMax) {
    throw new RangeError(`A record of ${bytes} bytes exceeds the topic's ${recordBytesMax}.`);
  }
  if (record.key.includes('\0')) throw new RangeError('A record key contains a zero byte.');
  const { partition } = record;
  if (partition === undefined) return partitionOf(record.key, partitions);
  if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
    throw new RangeError(`Partition ${partition} does not exist: there are ${partitions}.`);
  }
  return partition;
}

const OVERHEAD_BYTES = 64;

/** What a record weighs against every bound: its bytes, and a flat allowance for the rest. */
export function recordBytes({ key, value, headers }: LogRecord): number {
  let bytes = OVERHEAD_BYTES + Buffer.byteLength(key) + value.length;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 6;
  return bytes;
}
