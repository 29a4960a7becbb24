import { createHash } from 'node:crypto';
import type { EventLog } from '#event-log/event-log.js';
import { decodeObservation } from '#events/envelope.js';
import type { Observation } from '#events/observation.js';
import { unseal, type KeyRing } from '#events/sealing.js';
import { PureFold } from '../harness/pure-fold.js';

/** What the log holds, read once from its first record to its last. */
export type WalkedLog = {
  readonly fold: PureFold;
  readonly records: number;
  /** SHA-256 of the original bodies of the webhooks, by request id; copies of a record have one id. */
  readonly bodies: ReadonlyMap<string, string>;
  readonly lookups: number;
  /** `partition/position` of every record. */
  readonly positions: ReadonlySet<string>;
};

export async function walkLog(log: EventLog, keyRing: KeyRing): Promise<WalkedLog> {
  const fold = new PureFold();
  const bodies = new Map<string, string>();
  const positions = new Set<string>();
  let records = 0;
  let lookups = 0;
  for (const [partition, end] of (await log.endPositions()).entries()) {
    for await (const batch of log.read(partition, 0n, end)) {
      for (const record of batch) {
        records += 1;
        positions.add(`${record.partition}/${record.position}`);
        fold.fold(record);
        const observation = decodeObservation(record);
        if (observation.kind === 'lookup') lookups += 1;
        if (observation.kind === 'webhook') {
          bodies.set(observation.requestId, bodySha256(observation, keyRing));
        }
      }
    }
  }
  return { fold, records, bodies, lookups, positions };
}

/** Of the exact bytes that the provider sent, opened with the run's own keys. */
function bodySha256(observation: Observation, keyRing: KeyRing): string {
  const { id, account, route, subject, sealed } = observation;
  // Of an empty body there is nothing to seal.
  if (sealed === null) return createHash('sha256').digest('hex');
  const opened = unseal(sealed, { id, source: `/${account}/${route}`, subject }, keyRing);
  return 'bytes' in opened
    ? createHash('sha256').update(opened.bytes).digest('hex')
    : opened.refused;
}
