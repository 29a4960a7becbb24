/** A record as it is appended. Header values are bytes and are kept byte for byte. */
export type LogRecord = {
  /** Decides the partition, by murmur2 as Kafka's own clients do. */
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Names the partition instead of the key: only for a record that every partition must have. */
  readonly partition?: number;
};

/** A record as it is read back. */
export type StoredRecord = {
  readonly partition: number;
  /** Offset within the partition. */
  readonly position: bigint;
  /** The log's own append time, in milliseconds since the epoch. */
  readonly appendedAtMs: number;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** What `headers` has under the name, as UTF-8: for logs that can tell without making them all. */
  headerText?(name: string): string | null;
};

export type RecordPosition = { readonly partition: number; readonly position: bigint };

/** A header as UTF-8, the cheaper way where the record has one; null where there is none. */
export function headerTextOf(record: StoredRecord | LogRecord, name: string): string | null {
  if ('headerText' in record && record.headerText !== undefined) return record.headerText(name);
  return record.headers[name]?.toString('utf8') ?? null;
}
