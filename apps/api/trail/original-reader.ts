import { decodeObservation } from '#events/envelope.js';
import { KeyRing, unseal } from '#events/sealing.js';
import { EventLog } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import type { Logger } from '#platform/logger.js';
import type { DeliveryEntity } from '#read-models/entities/delivery.entity.js';
import type { OriginalResource } from './trail-resource.js';

/** Bounds of one answer: originals are up to 256 KiB each. */
const ORIGINALS_MAX = 200;
const BYTES_MAX = 8_388_608;

/** Opens the sealed bytes of records. Each opening leaves a line in the log: who, what, when. */
export class OriginalReader {
  readonly #log: EventLog;
  readonly #keyRing: KeyRing;
  readonly #logger: Logger;

  constructor(log: EventLog, keyRing: KeyRing, logger: Logger) {
    this.#log = log;
    this.#keyRing = keyRing;
    this.#logger = logger;
  }

  /** By observation id. `callerId` names the token in the audit line. */
  async read(
    deliveries: readonly DeliveryEntity[],
    callerId: string,
  ): Promise<ReadonlyMap<string, OriginalResource>> {
    const originals = new Map<string, OriginalResource>();
    let bytesLeft = BYTES_MAX;
    for (const delivery of deliveries) {
      const isFull = originals.size >= ORIGINALS_MAX || bytesLeft <= 0;
      const original = isFull ? refused('original-omitted') : await this.#open(delivery);
      bytesLeft -= original.base64?.length ?? 0;
      originals.set(delivery.observationId, original);
      if (isFull) continue;
      this.#logger.info(
        {
          audit: 'original-read',
          callerId,
          observationId: delivery.observationId,
          result: original.refused ?? 'opened',
        },
        'An original was asked for.',
      );
    }
    return originals;
  }

  async #open({ partition, position, observationId }: DeliveryEntity): Promise<OriginalResource> {
    const record = await this.#record(partition, BigInt(position));
    if (record === null) return refused('original-missing');
    const observation = decodeObservation(record);
    if (observation.sealed === null || observation.id !== observationId) {
      return refused('original-missing');
    }
    const { id, account, route, subject, sealed } = observation;
    const opened = unseal(sealed, { id, source: `/${account}/${route}`, subject }, this.#keyRing);
    if ('refused' in opened) {
      return refused(
        opened.refused === 'key-destroyed' ? 'original-destroyed' : 'original-not-authentic',
      );
    }
    return {
      refused: null,
      contentType: observation.bodyType,
      base64: opened.bytes.toString('base64'),
      text: utf8Text(opened.bytes),
    };
  }

  async #record(partition: number, position: bigint): Promise<StoredRecord | null> {
    for await (const records of this.#log.read(partition, position, position + 1n)) {
      const found = records.find((record) => record.position === position);
      if (found !== undefined) return found;
    }
    return null;
  }
}

function refused(reason: string): OriginalResource {
  return { refused: reason, contentType: null, base64: null, text: null };
}

function utf8Text(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // A fatal decoder tells bytes that are not UTF-8 only by throwing.
    return null;
  }
}
