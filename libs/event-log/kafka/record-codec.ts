import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { LogRecord, StoredRecord } from '#events/record.js';

export function toMessage({ key, value, headers }: LogRecord, partition: number): Message {
  return { key: Buffer.from(key, 'utf8'), value, headers: { ...headers }, partition };
}

/** Bytes that a record takes on the wire, without the few of its length fields. */
export function recordBytes({ key, value, headers }: LogRecord): number {
  let bytes = Buffer.byteLength(key, 'utf8') + value.length;
  for (const [name, header] of Object.entries(headers)) {
    bytes += Buffer.byteLength(name, 'utf8') + header.length;
  }
  return bytes;
}

export function toStoredRecord(message: KafkaMessage, partition: number): StoredRecord {
  return {
    partition,
    position: BigInt(message.offset),
    // The topic keeps LogAppendTime: this is the broker's clock, not the producer's.
    appendedAtMs: Number(message.timestamp),
    key: message.key?.toString('utf8') ?? '',
    value: message.value ?? Buffer.alloc(0),
    headers: toHeaders(message.headers),
  };
}

function toHeaders(headers: IHeaders | undefined): Record<string, Buffer> {
  const result: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    // We never write a header twice; of a foreign record's repeated header the last one counts.
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) result[name] = Buffer.isBuffer(last) ? last : Buffer.from(last);
  }
  return result;
}
