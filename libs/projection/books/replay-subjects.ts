import type { EventLog } from '#event-log/event-log.js';
import type { StoredRecord } from '#events/record.js';
import { withConflict, type PaymentState } from '#ledger/payment/payment-state.js';
import { mayConfirm } from '#ledger/trust.js';
import { dedupe, type Deduped } from '../dedupe.js';
import { joined, newPayment } from '../fold-payments.js';
import { interpretRecord } from '../interpret-record.js';
import type { Interpreted } from '../meaning.js';

export type ReplayPart = {
  readonly partition: number;
  /** Exclusive. */
  readonly end: bigint;
  /** Positions that the live fold set aside: without effect there, so here. */
  readonly parked: ReadonlySet<bigint>;
  readonly signal: AbortSignal;
  /** Told of every batch that was read, with its number of records. */
  readonly onRead: (records: number) => void;
};

/**
 * The states that one partition's log leaves, by subject key, as far as the books go: of trusted events
 * alone. Folded in memory, without a database; memory holds the subjects of this partition.
 */
export async function replaySubjects(
  log: EventLog,
  { partition, end, parked, signal, onRead }: ReplayPart,
): Promise<ReadonlyMap<string, PaymentState>> {
  const states = new Map<string, PaymentState>();
  const digests = new Map<string, string>();
  let recordedAtMs = 0;
  for await (const records of log.read(partition, 0n, end)) {
    signal.throwIfAborted();
    const interpreted = records.map((record: StoredRecord) => {
      recordedAtMs = Math.max(recordedAtMs, record.appendedAtMs);
      return interpretRecord(record, recordedAtMs);
    });
    const foldable = interpreted.filter(
      ({ record, meaning }) =>
        meaning.kind === 'event' && mayConfirm(meaning.trust) && !parked.has(record.position),
    );
    const deduped = dedupe(
      foldable.map((input) => ({ input, parkedFor: null })),
      knownOf(foldable, digests),
    );
    for (const one of deduped) {
      const { digest, input } = one;
      if (digest !== null && input.meaning.kind === 'event') {
        digests.set(input.meaning.eventId, digest);
      }
      foldInto(states, one);
    }
    onRead(records.length);
  }
  return states;
}

/** Of all digests those that these events ask for: `dedupe` copies what it is given. */
function knownOf(
  interpreted: readonly Interpreted[],
  digests: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const { meaning } of interpreted) {
    if (meaning.kind !== 'event') continue;
    const digest = digests.get(meaning.eventId);
    if (digest !== undefined) known.set(meaning.eventId, digest);
  }
  return known;
}

function foldInto(states: Map<string, PaymentState>, { input, outcome }: Deduped): void {
  const { meaning, record, recordedAtMs } = input;
  if (meaning.kind !== 'event' || outcome === 'duplicate') return;
  const { about } = meaning.event.tells;
  if (about !== 'payment' && about !== 'report-line') return;
  const { subject, schema } = meaning.observation;
  const identity = { paymentId: meaning.subjectId, subject, provider: schema.provider };
  const before = states.get(subject) ?? newPayment(identity, recordedAtMs).state;
  const after =
    outcome === 'conflict'
      ? withConflict(before)
      : joined(before, meaning, { position: record.position, recordedAtMs });
  states.set(subject, after);
}
