import { APPEND_LIMITS, AppendQueue } from '#event-log/append-queue.js';
import { EventLog, type Subscription } from '#event-log/event-log.js';
import { placeRecord } from '#event-log/place-record.js';
import type { LogRecord, RecordPosition } from '#events/record.js';

const PARTITIONS = 12;
const RECORD_BYTES_MAX = 1_048_576;

/** Takes records as the others do, places and groups them, and forgets them. */
export class DiscardingEventLog extends EventLog {
  override readonly topic = 'bench';
  override readonly partitions = PARTITIONS;
  override readonly logId = 'bench';
  #position = 0n;
  readonly #queue = new AppendQueue<number, RecordPosition>({
    limits: APPEND_LIMITS,
    bytesOf: () => 1,
    write: async (batch) =>
      batch.map((partition) => ({ partition, position: (this.#position += 1n) })),
  });

  override async append(records: readonly LogRecord[]): Promise<readonly RecordPosition[]> {
    const bounds = { partitions: PARTITIONS, recordBytesMax: RECORD_BYTES_MAX };
    return this.#queue.append(records.map((record) => placeRecord(record, bounds)));
  }

  override subscribe(): Promise<Subscription> {
    return Promise.reject(new Error('Nothing is kept here.'));
  }

  override async *read(): AsyncIterable<never[]> {
    // Nothing is kept.
  }

  override async endPositions(): Promise<readonly bigint[]> {
    return [];
  }

  override async startPositions(): Promise<readonly bigint[]> {
    return [];
  }

  override async close(): Promise<void> {
    await this.#queue.close();
  }
}
