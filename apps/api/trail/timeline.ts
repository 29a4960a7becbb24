import { isPaymentStatus, statusByKind, type PaymentKind } from '#ledger/payment/payment-kind.js';
import { parseTraceparent } from '#platform/tracing.js';
import type { DeliveryEntity } from '#read-models/entities/delivery.entity.js';
import type { LedgerEntryEntity } from '#read-models/entities/ledger-entry.entity.js';
import type { ParkedSubjectEntity } from '#read-models/entities/parked-subject.entity.js';
import type { PaymentEntity } from '#read-models/entities/payment.entity.js';
import type { TrailRows } from '#read-models/queries/trail-reader.js';
import { entryResource } from '../ledger/entry-resource.js';
import { moneyOf } from '../order/money-resource.js';
import type {
  BookedEntryResource,
  ChangeEntryResource,
  OriginalResource,
  ParkedEntryResource,
  ProviderBriefResource,
  RecordEntryResource,
  TimelineEntry,
} from './trail-resource.js';

/** Originals by observation id; null where they were not asked for. */
export type Originals = ReadonlyMap<string, OriginalResource> | null;

/**
 * One line of time through everything that concerns the subjects. Changes and entries stand right behind
 * the record that caused them, since all have the log's time; what has no record here goes by its time.
 */
export function timelineOf(rows: TrailRows, originals: Originals): readonly TimelineEntry[] {
  const changes = Map.groupBy(changeEntries(rows), (change) => change.observationId);
  const entries = Map.groupBy(rows.entries.map(bookedEntry), (entry) => entry.observationId);
  const caused = rows.deliveries.flatMap((delivery): readonly TimelineEntry[] => {
    const { observationId } = delivery;
    const own = [...(changes.get(observationId) ?? []), ...(entries.get(observationId) ?? [])];
    changes.delete(observationId);
    entries.delete(observationId);
    const paymentId = paymentConcerned(rows, delivery.subjectId);
    return [recordEntry(delivery, { paymentId, originals }), ...own];
  });
  const others = [
    ...[...changes.values(), ...entries.values()].flat(),
    ...rows.parked.map(parkedEntry),
  ];
  // Stable, so that equal times keep the order above.
  return [...caused, ...others].sort((a, b) => compareText(a.at, b.at));
}

/** For each subject, what its provider's support can search for. */
export function providerBriefs(rows: TrailRows): readonly ProviderBriefResource[] {
  return subjectsOf(rows).map(({ id, account, provider, reference }) => {
    const own = rows.deliveries.filter(
      (delivery) => delivery.subjectId === id && !OWN_KINDS.has(delivery.kind),
    );
    const received = own.map((delivery) => delivery.receivedAt.toISOString()).sort();
    return {
      account,
      provider,
      objectId: reference,
      providerEventIds: distinct(own.flatMap((delivery) => delivery.providerEventId ?? [])),
      providerTraceIds: distinct(own.flatMap((delivery) => delivery.providerTraceIds ?? [])),
      requestIds: distinct(own.map(requestIdOf)),
      times: { first: received[0] ?? null, last: received.at(-1) ?? null },
    };
  });
}

/** What our own operators appended: its ids say nothing to a provider. */
const OWN_KINDS: ReadonlySet<string> = new Set(['report-line', 'ruling']);

type TrailSubject = {
  readonly id: string;
  readonly account: string;
  readonly provider: string;
  readonly reference: string;
};

function subjectsOf(rows: TrailRows): readonly TrailSubject[] {
  return [
    ...rows.movements.map((row) => ({ ...row, id: row.paymentId })),
    ...rows.subscriptions.map((row) => ({ ...row, id: row.subscriptionId })),
    ...rows.customers.map((row) => ({ ...row, id: row.customerId })),
  ].filter(({ id }) => rows.subjectIds.has(id));
}

/** The payment itself, or the one that a refund gives back. */
function paymentConcerned({ movements }: TrailRows, subjectId: string | null): string | null {
  const movement = movements.find(({ paymentId }) => paymentId === subjectId);
  return movement?.kind === 'payment' ? movement.paymentId : (movement?.parentId ?? null);
}

export function recordEntry(
  delivery: DeliveryEntity,
  { paymentId, originals }: { readonly paymentId: string | null; readonly originals: Originals },
): RecordEntryResource {
  const original = originals?.get(delivery.observationId);
  return {
    type: 'record',
    at: delivery.recordedAt.toISOString(),
    kind: delivery.kind,
    paymentId,
    subjectId: delivery.subjectId,
    subject: delivery.subject,
    observationId: delivery.observationId,
    account: delivery.account,
    provider: delivery.provider,
    route: delivery.route,
    outcome: delivery.outcome,
    reason: delivery.reason,
    trust: delivery.trust,
    verification: {
      mode: delivery.verificationMode,
      keyId: delivery.verificationKeyId,
      verdict: delivery.trust === 'unverified' ? 'unverified' : 'verified',
    },
    eventType: delivery.eventType,
    eventId: delivery.eventId,
    providerEventId: delivery.providerEventId,
    providerReferences: delivery.providerReferences ?? [],
    providerTraceIds: delivery.providerTraceIds ?? [],
    claimedStatus: delivery.claimedStatus,
    requestId: requestIdOf(delivery),
    traceId:
      delivery.traceparent === null
        ? null
        : (parseTraceparent(delivery.traceparent)?.traceId ?? null),
    bodyDigest: delivery.bodyDigest,
    partition: delivery.partition,
    position: delivery.position,
    occurredAt: delivery.occurredAt?.toISOString() ?? null,
    receivedAt: delivery.receivedAt.toISOString(),
    ...(original === undefined ? {} : { original }),
  };
}

/** One request is one observation, unless it says otherwise. */
function requestIdOf({ requestId, observationId }: DeliveryEntity): string {
  return requestId ?? observationId;
}

function changeEntries({ changes, movements }: TrailRows): readonly ChangeEntryResource[] {
  const byId = new Map(movements.map((movement) => [movement.paymentId, movement]));
  const statuses = new Map<string, string | null>();
  return changes.flatMap((change) => {
    const movement = byId.get(change.subjectId ?? '');
    if (movement === undefined) return [];
    const status = inWordsOf(movement.kind, change.changeStatus);
    const previousStatus = statuses.get(movement.paymentId) ?? null;
    statuses.set(movement.paymentId, status);
    return changeEntry(change, { movement, previousStatus, status });
  });
}

/** Changes are kept in the words of payments. */
function inWordsOf(kind: PaymentKind, status: string | null): string | null {
  return status !== null && isPaymentStatus(status) ? statusByKind(kind, status) : status;
}

function changeEntry(
  change: DeliveryEntity,
  of: {
    readonly movement: PaymentEntity;
    readonly previousStatus: string | null;
    readonly status: string | null;
  },
): ChangeEntryResource {
  const { movement, previousStatus, status } = of;
  return {
    type: 'change',
    at: change.recordedAt.toISOString(),
    paymentId: movement.kind === 'payment' ? movement.paymentId : movement.parentId,
    subjectId: movement.paymentId,
    version: Number(change.changeVersion),
    orderId: change.changeOrderId,
    previousStatus,
    status,
    amount: moneyOf(change.changeAmountMinor, movement),
    refunded: moneyOf(change.changeRefundedMinor, movement),
    flags: change.changeFlags ?? [],
    observationId: change.observationId,
  };
}

function bookedEntry(entry: LedgerEntryEntity): BookedEntryResource {
  return { type: 'entry', at: entry.recordedAt.toISOString(), ...entryResource(entry) };
}

function parkedEntry(parked: ParkedSubjectEntity): ParkedEntryResource {
  return {
    type: 'parked',
    at: parked.recordedAt.toISOString(),
    parkedId: parked.parkedId,
    subject: parked.subject,
    reason: parked.reason,
  };
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
